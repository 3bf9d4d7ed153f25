"""The child process that holds espeak-ng: a job comes in on stdin, audio goes out on stdout.

It lives apart so that a crash in the C library costs one clause and not the service.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import soxr

from antiphon.engines.formant import messages
from antiphon.engines.formant.dress import Dress
from antiphon.engines.formant.library import FreshLibrary, Word
from antiphon.engines.formant.voices import worn
from antiphon.errors import SpeechError
from antiphon.piped import Pipe

# The first packet is small so that sound starts at once; later ones are larger, since each costs
# the parent about the same whatever it holds, and a second of sound is made in 2 ms.
PACKETS_S = (0.1, 4.0)


class Clause:
    """Gathers the buffers of one clause into packets at the engine's rate."""

    def __init__(self, pipe: Pipe, native_rate: int) -> None:
        self._pipe = pipe
        self._native_rate = native_rate
        self._resample = soxr.ResampleStream(native_rate, messages.RATE, 1, dtype="int16")
        self._pcm, self._native = bytearray(), bytearray()
        self._words: list[tuple[int, int, int]] = []
        self._sent = 0
        self._heard = 0
        self._origin = 0
        self._part = messages.Part("", "", 0)
        self._dress: Dress | None = None
        self.left = self.ended = False

    def begin(self, part: messages.Part, guise: messages.Guise | None = None) -> None:
        """The next buffers belong to `part`; espeak-ng counts its samples from zero again."""
        self._part, self._origin = part, self._heard
        if guise is not None:
            self._dress = self._dress or Dress(self._native_rate)
            self._dress.put_on(guise)

    def hear(self, pcm: bytes, words: list[Word]) -> bool:
        """Take one buffer from espeak-ng; True tells it to stop."""
        self.left = self.left or self._pipe.has_more()
        if self.left:
            return True
        if self._dress is not None:
            self._pcm += self._dress.wear(np.frombuffer(pcm, np.int16)).tobytes()
        else:
            self._native += pcm  # resampled a packet at a time, which costs less
        for word in words:
            self._place(word)
        self._heard += len(pcm) // 2
        gathered_s = len(self._pcm) / 2 / messages.RATE + len(self._native) / 2 / self._native_rate
        if gathered_s >= PACKETS_S[min(self._sent, len(PACKETS_S) - 1)]:
            self._send()
        return False

    def finish(self) -> None:
        """Send what the resampler and the gathering still hold."""
        if self._dress is not None:
            self._pcm += self._dress.take_off().tobytes()
        self._send(last=True)
        self.ended = True

    def _place(self, word: Word) -> None:
        """Note a word; it ends where the next begins, since espeak-ng counts 很好 as one letter."""
        start = self._part.start + word.start
        if self._words:
            before, end, sample = self._words[-1]
            self._words[-1] = (before, max(end, min(start, self._reach(before))), sample)
        native = self._origin + word.sample
        if self._dress is not None:
            native = self._dress.place(native)
        sample = native * messages.RATE // self._native_rate
        self._words.append((start, max(start + word.length, start), sample))

    def _reach(self, start: int) -> int:
        """Where the Chinese characters that begin at `start` end."""
        end = start
        text, offset = self._part.text, self._part.start
        while 0 <= end - offset < len(text) and "\u4e00" <= text[end - offset] <= "\u9fff":
            end += 1
        return end

    def _send(self, last: bool = False) -> None:
        """Send what is gathered; the newest word waits until the next tells where it ends."""
        ready = self._words if last else self._words[:-1]
        self._words = [] if last else self._words[-1:]
        if self._dress is None:
            wave = np.frombuffer(bytes(self._native), np.int16)
            self._pcm += self._resample.resample_chunk(wave, last=last).tobytes()
            self._native.clear()
        self._pipe.write(messages.encode(messages.Packet(bytes(self._pcm), ready, last)))
        self._pcm.clear()
        self._sent += 1


class Synthesizer:
    """Says one clause after another, each with a library as fresh as the first."""

    def __init__(self, pipe: Pipe, library: Path, data: Path) -> None:
        self._pipe, self._path, self._data = pipe, library, data
        self._library = FreshLibrary(library, data)

    def say(self, job: messages.Job) -> None:
        """Say one clause, then make ready for the next while nobody waits."""
        clause = Clause(self._pipe, self._library.rate)
        failure = self._attempt(job, clause)
        if not clause.ended:
            self._pipe.write(messages.encode(messages.Done(failure)))
        self._library.close()
        self._library = FreshLibrary(self._path, self._data)

    def _attempt(self, job: messages.Job, clause: Clause) -> str | None:
        """Why it failed, if it did."""
        if not (self._data / "phontab").exists():  # without its data espeak-ng speaks silence
            return f"the voices in {self._data} have been removed"
        try:
            for index, part in enumerate(job.parts):
                guise = job.guises[index] if job.guises else None
                clause.begin(part, guise)
                wpm, volume = self._choose(part, job, guise)
                last = index == len(job.parts) - 1
                self._library.speak(part.text, wpm, volume, last, clause.hear)
                if clause.left:
                    return None
            clause.finish()
        except SpeechError as error:
            return str(error)
        return None

    def _choose(
        self, part: messages.Part, job: messages.Job, guise: messages.Guise | None
    ) -> tuple[int, int]:
        """Take the part's voice, which for a guise exists only while it is loaded."""
        if guise is None:
            self._library.choose(part.voice)
            return job.wpm, job.volume
        with worn(self._data, f"guise-{os.getpid()}", guise.lines) as name:
            self._library.choose(f"{part.voice}+{name}")
        self._library.widen(guise.gap)
        return guise.wpm, guise.volume


def main() -> None:
    """Serve until the parent closes stdin: `worker LIBRARY DATA`."""
    library, data = (Path(argument) for argument in sys.argv[1:3])
    pipe = Pipe()
    synthesizer = Synthesizer(pipe, library, data)
    pipe.write(messages.encode(messages.Done()))
    while (body := pipe.read()) is not None:
        if body:
            synthesizer.say(messages.decode_job(body))


if __name__ == "__main__":
    main()
