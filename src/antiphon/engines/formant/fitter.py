"""The child process that fits one voice: a recording comes in on stdin, its profile goes out.

It lives for one recording, so that enrolling never takes a worker that could speak.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import msgspec

from antiphon.audio.analysis.framing import wave_of
from antiphon.engines.formant import profile
from antiphon.engines.formant.fitting import fit
from antiphon.engines.formant.messages import Fitted
from antiphon.engines.formant.rehearsal import Rehearsal
from antiphon.errors import SpeechError
from antiphon.piped import Pipe
from antiphon.speech import Recording

POLITENESS = 5  # running speech comes first: of a full core a fit gets a quarter


def main() -> None:
    """Fit one recording and end: `fitter LIBRARY DATA`."""
    library, data = (Path(argument) for argument in sys.argv[1:3])
    with contextlib.suppress(AttributeError, OSError):
        os.nice(POLITENESS)
    pipe = Pipe()
    body = pipe.read()
    if body is None:
        return
    recording = msgspec.msgpack.decode(body, type=Recording)
    pipe.write(msgspec.msgpack.encode(fitted(recording, Rehearsal(library, data))))


def fitted(recording: Recording, rehearsal: Rehearsal) -> Fitted:
    """The profile of a recording, or why there is none."""
    try:
        found = fit(wave_of(recording.pcm), recording.rate, rehearsal)
    except SpeechError as error:
        return Fitted(refusal=str(error))
    return Fitted(profile.encode(found))


if __name__ == "__main__":
    main()
