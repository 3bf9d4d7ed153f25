"""The child process that checks one recording, and then ends: no file meets another's voice."""

from __future__ import annotations

import traceback

import msgspec

from antiphon.confined import Limits, confine, yield_to_others
from antiphon.piped import Pipe
from antiphon.refusals import BadReference, UnreadableAudio
from antiphon.voices import messages

NICENESS = 10
# A minute of 8 channels at 48 kHz takes 92 MB as samples, and about three times that on the way.
LIMITS = Limits(memory_bytes=640 * 1024 * 1024, cpu_s=10)


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


def main() -> None:
    """Load, give up what is not needed, say that it is ready, and check one file."""
    yield_to_others(NICENESS)  # before the libraries load
    pipe = Pipe()
    from antiphon.voices.warming import warm

    warm()
    confine(LIMITS)
    pipe.write(messages.encode(messages.Ready()))
    asked, data = pipe.read(), pipe.read()
    if asked is not None and data is not None:
        how = msgspec.msgpack.decode(asked, type=messages.Asked)
        pipe.write(messages.encode(answer(data, how.whole)))


if __name__ == "__main__":
    main()
