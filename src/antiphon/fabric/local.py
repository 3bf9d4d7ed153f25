"""The fabric inside one process: the engine is next door, and the way to it costs nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from antiphon.errors import EngineNotReady
from antiphon.speech import Call, Card, Frame, Speaker, Utterance


class Local:
    """A Speaker that asks the one engine of this process, if it has the model asked for."""

    def __init__(self, engine: Speaker, card: Card) -> None:
        self._engine = engine
        self._card = card

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """Ask the engine; raises `EngineNotReady` rather than answer with another model."""
        if utterance.model not in ("", self._card.model):
            raise EngineNotReady(
                f"the model {utterance.model!r} is not here; this engine has {self._card.model!r}"
            )
        async with self._engine.speak(utterance, call) as frames:
            yield frames
