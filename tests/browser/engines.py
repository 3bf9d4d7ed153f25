"""An engine that waits where a test wants it to, and marks every word."""

from __future__ import annotations

import asyncio
import re
from array import array
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import anyio

from antiphon.speech import (
    Audio,
    Call,
    Card,
    Engine,
    Finished,
    Frame,
    Mark,
    Progress,
    Recording,
    Started,
    Utterance,
    Voice,
)

RATE, FRAME = 24_000, 4_800  # 0.2 s
CARD = Card("held", "held-1", RATE, ("en", "zh"), (Voice("low"), Voice("high")), slots=8)


class Held(Engine):
    """Says `frames` frames of 0.2 s with the words spread over them; waits at frame `at`."""

    def __init__(self, frames: int = 20, at: int | None = None, card: Card = CARD) -> None:
        self.frames, self.at, self._card = frames, at, card
        self.inside = 0
        self._gate: anyio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def release(self) -> None:
        """Go on; may be called from any thread."""
        assert self._loop is not None
        assert self._gate is not None
        self._loop.call_soon_threadsafe(self._gate.set)

    def card(self) -> Card:
        return self._card

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        self._loop, self._gate = asyncio.get_running_loop(), anyio.Event()
        self.inside += 1
        try:
            async with aclosing(self._frames(utterance.whole)) as frames:
                yield frames
        finally:
            self.inside -= 1

    async def _frames(self, text: str) -> AsyncGenerator[Frame, None]:
        yield Started("held", "held-1", RATE)
        words = [(word.start(), word.end()) for word in re.finditer(r"\w+", text)]
        step = self.frames * FRAME / max(1, len(words))
        marks = [Mark(*word, round(index * step)) for index, word in enumerate(words)]
        for index in range(self.frames):
            if index == self.at and self._gate is not None:
                await self._gate.wait()
            start, stop = index * FRAME, (index + 1) * FRAME
            here = tuple(mark for mark in marks if start <= mark.sample < stop)
            pcm = array("h", [3_000 * (1 + index % 5), 0] * (FRAME // 2)).tobytes()
            yield Audio(pcm, here, Progress(stop))
        yield Finished(characters=len(text), samples=self.frames * FRAME)

    async def prepare(self, recording: Recording) -> None:
        """Nothing to prepare."""

    def forget(self, digest: str) -> None:
        """Nothing to forget."""

    async def aclose(self) -> None:
        """Nothing to give back."""
