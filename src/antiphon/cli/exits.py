"""The exit status of every situation."""

from __future__ import annotations

from antiphon.errors import Misconfigured, SpeechError

FAILED, USAGE, OUTPUT, INTERRUPTED = 1, 2, 3, 130


class OutputFailed(SpeechError):
    """The speech was made, and could not be written or played."""

    code = "output_failed"


def exit_code(error: SpeechError) -> int:
    """1 could not speak, 2 the operator can mend it, 3 the output could not be written."""
    if isinstance(error, OutputFailed):
        return OUTPUT
    return USAGE if isinstance(error, Misconfigured) else FAILED
