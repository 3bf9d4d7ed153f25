"""The one place where Speakers are stacked, from the door down to the fabric."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.settings import Settings
from antiphon.speech import Card, Speaker


@dataclass(frozen=True, slots=True)
class Load:
    """How full the engine is: calls holding a slot, calls waiting for one, and the slots."""

    busy: int
    waiting: int
    slots: int


@dataclass(frozen=True, slots=True)
class Staircase:
    """What a door needs: whom to ask, what they can do, and how busy they are."""

    speaker: Speaker
    card: Card
    load: Callable[[], Load]


Opener = Callable[[Settings], AbstractAsyncContextManager[Staircase]]


@asynccontextmanager
async def staircase(settings: Settings) -> AsyncIterator[Staircase]:
    """Start everything below the door, and give it back on leaving."""
    engine = await open_engine(settings.engine, EngineOptions(settings.model, settings.workers))
    try:
        yield Staircase(engine, engine.card(), lambda: Load(0, 0, engine.card().slots))
    finally:
        await engine.aclose()
