"""A counting engine that says when the last caller has left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from antiphon.errors import SpeechError
from antiphon.speech import Call, Frame, Utterance
from tests.speakers import Counting


class Watched(Counting):
    """`emptied` is set whenever nobody is inside any more; `refusals` are raised first, in turn."""

    def __init__(self, frames: int = 4, samples: int = 240) -> None:
        super().__init__(frames, samples)
        self.emptied = anyio.Event()
        self.refusals: list[SpeechError] = []

    def stop_at(self, index: int) -> None:
        """Wait at this frame until `gate` is set; `reached` says that it waits."""
        self.gate_at, self.gate = index, anyio.Event()
        self.reached, self.emptied = anyio.Event(), anyio.Event()

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        if self.refusals:
            raise self.refusals.pop(0)
        try:
            async with super().speak(utterance, call) as frames:
                yield frames
        finally:
            if not self.inside:
                self.emptied.set()
