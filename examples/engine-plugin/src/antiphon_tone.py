"""An engine from outside Antiphon's repository: every clause is a tone as long as its text."""

import math
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.lowlevel

from antiphon.engines.registry import EngineOptions
from antiphon.speech import (
    Audio, Call, Card, Engine, Finished, Frame, Mark, Progress, Recording, Started, Utterance, Voice,
)

RATE, FRAME = 24_000, 2_400
SAMPLES_PER_CHARACTER = 1_200  # 50 ms, about the pace of English
HERTZ = {"low": 220.0, "high": 440.0}
CARD = Card(
    engine="tone", model="tone-1", rate=RATE, languages=("en", "zh"), slots=64,
    voices=tuple(Voice(name, f"a tone of {hertz:g} Hz") for name, hertz in HERTZ.items()),
)


class Tone:
    """Speaks by humming: the same text in the same voice is always the same samples."""

    def card(self) -> Card:
        return CARD

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        yield self._frames(utterance)

    async def _frames(self, utterance: Utterance) -> AsyncIterator[Frame]:
        text = utterance.whole
        total = SAMPLES_PER_CHARACTER * len(text)
        step = 2 * math.pi * HERTZ.get(utterance.voice, HERTZ["low"]) / RATE
        yield Started(engine="tone", model=CARD.model, rate=RATE)
        for start in range(0, total, FRAME):
            stop = min(start + FRAME, total)
            wave = (round(8_000 * math.sin(step * n) * min(1, n / 240, (total - n) / 240))
                    for n in range(start, stop))
            marks = (Mark(0, len(text), 0),) if start == 0 else ()
            await anyio.lowlevel.checkpoint()
            yield Audio(array("h", wave).tobytes(), marks, Progress(stop))
        yield Finished(characters=len(text), samples=total)

    async def prepare(self, recording: Recording) -> None:
        """A tone needs no voice."""

    async def aclose(self) -> None:
        """Nothing was taken."""


async def open_engine(options: EngineOptions) -> Engine:
    """The entry point `antiphon.engines` names this."""
    return Tone()
