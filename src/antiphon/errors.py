"""Situations that stop speech, each with a code, an HTTP status and what to do about it.

SpeechError
  x Rejected               the caller can mend the request
    + InvalidRequest         400  a field is missing, of the wrong type or out of range
    + BadText                400  the text holds a character that no voice can speak
    + NothingToSay           400  the text holds nothing that is spoken
    + BadDictionary          400  a pronunciation dictionary holds lines that cannot be read
    + TextTooLong            400  more characters than one request may hold
    + UnknownVoice           400  no voice of that name
    + UnsupportedFormat      400  no audio format of that name
    + UnsupportedLanguage    400  the engine does not speak that language
    + TranscriptRequired     400  the engine needs the words of the recording
    + UnknownRecording       404  no recording of that digest; it may have been removed
    + Unsayable              422  the engine broke on exactly this text before
    + UnknownModel           404  no model of that name
    + UnknownDictionary      404  no pronunciation dictionary of that name
    + RequestTooLarge        413  more bytes than one request may hold
    + RequestTimeout         408  the request arrived too slowly
  x Unavailable            the service cannot answer now; the same request may succeed later
    + Overloaded             503  every slot and every place in the queue is taken
    + StorageAway            503  what is kept cannot be reached
    + CheckerNotReady        503  no process could be started to check the recording
    + EngineNotReady         503  the engine is starting, stopping or away
    + EngineFailed           503  the engine broke on this text
    + DeadlineExceeded       504  the answer did not come in the time the caller allowed
    + ListenerStalled        504  the listener took no audio for too long
  x Misconfigured          the operator can mend the installation
    + UnknownSetting         500  a setting that does not exist
    + BadSetting             500  a setting with a value that cannot be
    + EngineMissing          500  no installed engine of that name
    + BadCheckpoint          500  the files of a model are not as they should be
    + PackageMissing         500  a package that this needs is not installed
    + MemoryShort            500  the device has less memory than the model takes

What is refused about voices, consents and keys: `claims.py`; about recordings: `refusals.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the closest known word, or lists a few when none is close."""
    names = sorted(known)
    close = get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(names[:24]) + (", …" if len(names) > 24 else "")
    return f"known: {shown}" if names else "none is known"


class SpeechError(Exception):
    """Speech cannot be given; `str(error)` says why and what to do, for a person to read."""

    code = "speech_error"
    status = 500
    param: str | None = None
    retry_after_s: float | None = None


class Rejected(SpeechError):
    """The caller can mend the request."""

    code, status = "invalid_request", 400


class InvalidRequest(Rejected):
    """A field is missing, of the wrong type or out of range."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


class BadText(Rejected):
    """The text holds a character that no voice can speak, at `position` (in code points)."""

    code, param = "bad_text", "input"

    def __init__(self, character: str, position: int) -> None:
        super().__init__(
            f"character U+{ord(character):04X} at position {position} cannot be spoken; remove it"
        )
        self.position = position


class NothingToSay(Rejected):
    """The text holds nothing that is spoken: it is empty, or only punctuation and spaces."""

    code, param = "nothing_to_say", "input"

    def __init__(self) -> None:
        super().__init__("the text holds nothing to speak; send at least one letter or digit")


class BadDictionary(Rejected):
    """A pronunciation dictionary holds lines that cannot be read; `mistakes` has all of them."""

    code, param = "bad_dictionary", "file"

    def __init__(self, mistakes: Iterable[str], param: str = "file") -> None:
        self.mistakes = tuple(mistakes)
        shown = "; ".join(self.mistakes[:8])
        more = len(self.mistakes) - 8
        super().__init__(f"{shown}; and {more} more" if more > 0 else shown)
        self.param = param


class TextTooLong(Rejected):
    """More characters than one request may hold."""

    code, param = "text_too_long", "input"

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(
            f"the text has {length} characters and the limit is {limit}; split it into parts"
        )
        self.length, self.limit = length, limit


class UnknownVoice(Rejected):
    """No voice of that name."""

    code, param = "unknown_voice", "voice"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no voice {name[:80]!r}; {nearest(name, known)}")


class UnsupportedFormat(Rejected):
    """No audio format of that name."""

    code, param = "unsupported_format", "response_format"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no audio format {name[:80]!r}; {nearest(name, known)}")


class UnsupportedLanguage(Rejected):
    """The engine does not speak that language."""

    code, param = "unsupported_language", "language"

    def __init__(self, language: str, known: Iterable[str]) -> None:
        super().__init__(f"the voice does not speak {language[:80]!r}; {nearest(language, known)}")


class TranscriptRequired(Rejected):
    """The engine needs the words of the recording."""

    code, param = "transcript_required", "ref_text"

    def __init__(self, engine: str) -> None:
        super().__init__(
            f"the engine {engine!r} needs the words that the recording says; send them as ref_text"
        )


class UnknownRecording(Rejected):
    """No recording of that digest; it may have been removed."""

    code, status, param = "unknown_recording", 404, "voice"

    def __init__(self, digest: str) -> None:
        super().__init__(f"there is no recording {digest[:16]!r}; it may have been removed")


class Unsayable(Rejected):
    """The engine broke on exactly this text before; it is not tried again."""

    code, status, param = "unsayable", 422, "input"

    def __init__(self) -> None:
        super().__init__("this voice cannot say this text (it broke on it); change the text")


class UnknownModel(Rejected):
    """No model of that name."""

    code, status, param = "model_not_found", 404, "model"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no model {name[:80]!r}; {nearest(name, known)}")


class UnknownDictionary(Rejected):
    """No pronunciation dictionary of that name."""

    code, status, param = "unknown_dictionary", 404, "pronunciation_dictionaries"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"there is no pronunciation dictionary {name[:80]!r}; {nearest(name, known)}"
        )


class RequestTooLarge(Rejected):
    """More bytes than one request may hold."""

    code, status = "request_too_large", 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the request is larger than {limit} bytes; send less at a time")
        self.limit = limit


class RequestTimeout(Rejected):
    """The request arrived too slowly."""

    code, status = "request_timeout", 408

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"the request did not arrive within {limit_s:g} s; send it again")


class Unavailable(SpeechError):
    """The service cannot answer now; the same request may succeed later."""

    code, status = "unavailable", 503
    retry_after_s = 1.0


class Overloaded(Unavailable):
    """Every slot and every place in the queue is taken."""

    code = "overloaded"

    def __init__(self, busy: int, limit: int, retry_after_s: float = 1.0) -> None:
        super().__init__(
            f"{busy} requests are being answered and the limit is {limit};"
            f" retry in {retry_after_s:g} s"
        )
        self.busy, self.limit, self.retry_after_s = busy, limit, retry_after_s


class StorageAway(Unavailable):
    """What is kept cannot be reached, or cannot be written, at the moment."""

    code = "storage_away"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} cannot be reached at the moment; retry shortly")


class CheckerNotReady(Unavailable):
    """No process could be started to check the recording."""

    code = "checker_not_ready"

    def __init__(self, why: str) -> None:
        super().__init__(f"the recording cannot be checked now ({why}); send it again shortly")


class EngineNotReady(Unavailable):
    """The engine is starting, stopping or away."""

    code = "engine_not_ready"


class EngineFailed(Unavailable):
    """The engine broke on this text; others are not affected."""

    code = "engine_failed"


class DeadlineExceeded(Unavailable):
    """The answer did not come in the time the caller allowed."""

    code, status = "deadline_exceeded", 504

    def __init__(self, waiting_for: str) -> None:
        super().__init__(f"the deadline passed while waiting for {waiting_for}; allow more time")


class ListenerStalled(Unavailable):
    """The listener took no audio for too long."""

    code, status = "listener_stalled", 504

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"the listener took no audio for {limit_s:g} s")


class Misconfigured(SpeechError):
    """The operator can mend the installation."""

    code = "misconfigured"


class UnknownSetting(Misconfigured):
    """A setting that does not exist."""

    code = "unknown_setting"

    def __init__(self, name: str, source: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown setting {name!r} in {source}; {nearest(name, known)}")


class BadSetting(Misconfigured):
    """A setting with a value that cannot be."""

    code = "bad_setting"


class EngineMissing(Misconfigured):
    """No installed engine of that name."""

    code = "engine_missing"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no engine {name!r} is installed; {nearest(name, known)}")


class BadCheckpoint(Misconfigured):
    """The files of a model are not as they should be."""

    code = "bad_checkpoint"

    def __init__(self, path: object, why: str, is_missing: bool = False) -> None:
        self.is_missing = is_missing
        self.problem = f"{path} {why}"
        super().__init__(f"{self.problem}; `antiphon model check` lists all that is wrong")


class PackageMissing(Misconfigured):
    """A package that this needs is not installed."""

    code = "package_missing"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"this needs {package}, which is not here: pip install 'antiphon[{extra}]'"
        )


class MemoryShort(Misconfigured):
    """The device has less memory than the model takes; nothing was loaded."""

    code = "memory_short"

    def __init__(self, needed_bytes: int, free_bytes: int, device: str) -> None:
        super().__init__(
            f"the model takes about {needed_bytes / (1 << 30):.1f} GiB and {device} has"
            f" {free_bytes / (1 << 30):.1f} GiB free; choose another device, fewer workers,"
            " or a lower precision"
        )
        self.needed_bytes, self.free_bytes = needed_bytes, free_bytes
