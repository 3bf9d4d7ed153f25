"""Speakers for tests: they count who is inside, and do exactly what a test asks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import anyio
import anyio.lowlevel

from antiphon.speech import (
    Audio,
    Call,
    Card,
    Finished,
    Frame,
    Mark,
    Progress,
    Recording,
    Started,
    Utterance,
    Voice,
)

CARD = Card("counting", "counting-1", 24_000, ("en", "zh"), (Voice("low"), Voice("high")), slots=64)


class Counting:
    """An engine that says `frames` frames a clause, notes what it was asked and who is inside."""

    def __init__(self, frames: int = 4, samples: int = 240, card: Card = CARD) -> None:
        self.frames = frames
        self.samples = samples
        self.inside = 0
        self.most_inside = 0
        self.asked: list[Utterance] = []
        self.fail_at: int | None = None
        self.failure: Exception = RuntimeError("broken")
        self.gate: anyio.Event | None = None
        self.gate_at = 0
        self.reached = anyio.Event()
        self._card = card

    def card(self) -> Card:
        """A card with two voices."""
        return self._card

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """Count the caller in and out."""
        self.asked.append(utterance)
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            async with aclosing(self._frames(utterance)) as frames:
                yield frames
        finally:
            self.inside -= 1

    async def _frames(self, utterance: Utterance) -> AsyncGenerator[Frame, None]:
        yield Started("counting", "counting-1", 24_000)
        for index in range(self.frames):
            await anyio.lowlevel.checkpoint()
            if self.gate is not None and index == self.gate_at:
                self.reached.set()
                await self.gate.wait()
            if index == self.fail_at:
                raise self.failure
            pcm = (index + 1).to_bytes(2, "little") * self.samples
            marks = (Mark(0, len(utterance.whole), 0),) if index == 0 else ()
            yield Audio(pcm, marks, Progress(self.samples * (index + 1)))
        yield Finished(characters=len(utterance.whole), samples=self.frames * self.samples)

    def check(self) -> None:
        """Always ready."""

    async def prepare(self, recording: Recording) -> None:
        """Nothing to prepare."""

    def forget(self, digest: str) -> None:
        """Nothing to forget."""

    async def aclose(self) -> None:
        """Nothing to give back."""
