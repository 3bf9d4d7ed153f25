"""The child process that checks recordings, each in a confined copy of itself."""

from __future__ import annotations

import os
import traceback

import msgspec

from antiphon import apart
from antiphon.confined import Limits, confine, yield_to_others
from antiphon.piped import Pipe
from antiphon.refusals import BadReference, UnreadableAudio
from antiphon.voices import messages

NICENESS = 10
# A minute of 8 channels at 48 kHz takes 92 MB as samples, and about three times that on the way.
LIMITS = Limits(memory_bytes=640 * 1024 * 1024, cpu_s=10, wall_s=20)
MOST_REPLY_BYTES = 1024 * 1024  # ten seconds are 480 kB


def answer(data: bytes, whole: bool) -> messages.Reply:
    """Check one file; never raises."""
    from antiphon.voices.check import check_reference

    try:
        return check_reference(data, whole)
    except BadReference as error:
        return messages.Refused(type(error).__name__, error.facts)
    except MemoryError:
        refused = UnreadableAudio("it asks for more memory than a recording needs")
        return messages.Refused(type(refused).__name__, refused.facts)
    except Exception:
        return messages.Broke(traceback.format_exc(limit=8))


def answer_apart(data: bytes, whole: bool) -> bytes:
    """Check one file in a copy of this process, which has not looked at it."""
    try:
        return apart.apart(lambda: messages.encode(answer(data, whole)), LIMITS, MOST_REPLY_BYTES)
    except apart.Died as died:
        return messages.encode(messages.Ended(died.status))


def main() -> None:
    """Load, say that it is ready, and check file after file; where no copies can be made, one."""
    yield_to_others(NICENESS)  # before the libraries load
    os.putenv("OPENBLAS_NUM_THREADS", "1")  # a process with threads cannot be copied
    pipe = Pipe()
    from antiphon.voices.warming import warm

    warm()
    if not apart.POSSIBLE:
        confine(LIMITS)
    pipe.write(messages.encode(messages.Ready()))
    while (asked := pipe.read()) is not None and (data := pipe.read()) is not None:
        whole = msgspec.msgpack.decode(asked, type=messages.Asked).whole
        if not apart.POSSIBLE:
            pipe.write(messages.encode(answer(data, whole)))
            return
        pipe.write(answer_apart(data, whole))


if __name__ == "__main__":
    main()
