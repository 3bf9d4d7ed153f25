"""An engine from outside Antiphon's repository: every clause is a tone as long as its text."""

import math
from array import array
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import anyio.lowlevel

from antiphon import speech
from antiphon.engines.registry import EngineOptions

RATE, FRAME, SAMPLES_PER_CHARACTER = 24_000, 2_400, 1_200  # 50 ms, about the pace of English
HERTZ = {"low": 220.0, "high": 440.0}
VOICES = tuple(speech.Voice(name, f"a tone of {hertz:g} Hz") for name, hertz in HERTZ.items())


class Tone:
    """Speaks by humming: the same text in the same voice is always the same samples."""

    def card(self) -> speech.Card:
        return speech.Card("tone", "tone-1", RATE, languages=("en", "zh"), voices=VOICES, slots=64)

    @asynccontextmanager
    async def speak(
        self, utterance: speech.Utterance, call: speech.Call
    ) -> AsyncIterator[AsyncIterator[speech.Frame]]:
        async with aclosing(self._frames(utterance)) as frames:
            yield frames

    async def _frames(self, utterance: speech.Utterance) -> AsyncGenerator[speech.Frame, None]:
        text = utterance.whole
        total = SAMPLES_PER_CHARACTER * len(text)
        step = 2 * math.pi * HERTZ.get(utterance.voice, HERTZ["low"]) / RATE
        yield speech.Started(engine="tone", model="tone-1", rate=RATE)
        for start in range(0, total, FRAME):
            stop = min(start + FRAME, total)
            fade = (min(1.0, n / 240, (total - n) / 240) for n in range(start, stop))
            wave = (8_000 * f * math.sin(step * n) for n, f in enumerate(fade, start))
            marks = (speech.Mark(0, len(text), 0),) if start == 0 else ()
            await anyio.lowlevel.checkpoint()
            yield speech.Audio(array("h", map(round, wave)).tobytes(), marks, speech.Progress(stop))
        yield speech.Finished(characters=len(text), samples=total)

    def check(self) -> None:
        """A tone is always ready."""

    async def prepare(self, recording: speech.Recording) -> None:
        """A tone needs no voice."""

    def forget(self, digest: str) -> None:
        """A tone remembers none."""

    async def aclose(self) -> None:
        """Nothing was taken."""


async def open_engine(options: EngineOptions) -> speech.Engine:  # named in pyproject.toml
    return Tone()
