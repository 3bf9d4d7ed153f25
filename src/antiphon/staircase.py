"""The one place where Speakers are stacked, from the door down to the engine.

screened    refuse early                     to come
metered     reserve, settle at the end       to come
recorded    keep for history                 to come
cached      the same again?                  to come
phrased     text to clauses                  pipeline/phrased.py
resilient   another engine when one breaks   to come
fabric      the right engine, near           fabric/local.py
admitted    bounded slots                    engines/admission.py
engine      makes the sound                  engines/formant, or a plugin
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import anyio

from antiphon.accounts.dictionaries import Dictionaries
from antiphon.accounts.keys import LOCAL, Keys
from antiphon.engines.admission import Admitted, Limits, Load
from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.errors import BadSetting, StorageAway
from antiphon.fabric.local import Local
from antiphon.pipeline.phrased import Phrased
from antiphon.producing import ungrouped
from antiphon.settings import Settings
from antiphon.speech import Card, Recording, Speaker
from antiphon.storage.changes import RECORDING, Changes
from antiphon.storage.database import Database
from antiphon.storage.objects import Objects
from antiphon.text.normalizer import Normalizer
from antiphon.voices.consents import Consents
from antiphon.voices.library import Library


@dataclass(frozen=True, slots=True)
class Memory:
    """What outlives a request: keys, voices, dictionaries, what others changed."""

    keys: Keys
    library: Library
    consents: Consents
    changes: Changes
    dictionaries: Dictionaries

    async def warm_if_it_can_be(self) -> None:
        """The same, but a place that cannot be is told once it is needed."""
        with suppress(BadSetting):
            await self.warm()

    async def warm(self) -> None:
        """Open the database before the first request needs it; one that is away is told then.

        Raises `BadSetting` for a place that cannot be.
        """
        with anyio.move_on_after(WARM_S), suppress(StorageAway):
            await self.keys.caller(None)
            await self.dictionaries.list(LOCAL)


async def _needs_no_preparing(recording: Recording) -> None:
    """For stairs whose engine makes nothing of a recording beforehand."""


@dataclass(frozen=True, slots=True)
class Staircase:
    """What a door needs: whom to ask, what they can do, how busy they are, and whether they can.

    `check` raises `EngineNotReady` when a call could not be taken now. `prepare` makes a recording
    ready to be spoken with. Stairs without `memory` keep nothing, and everybody is their owner.
    """

    speaker: Speaker
    card: Card
    load: Callable[[], Load]
    check: Callable[[], None] = lambda: None
    prepare: Callable[[Recording], Awaitable[None]] = _needs_no_preparing
    memory: Memory | None = None


WARM_S, CLOSE_S = 3.0, 10.0
log = logging.getLogger(__name__)


class _Closable(Protocol):
    async def aclose(self) -> None: ...


Closing = TypeVar("Closing", bound=_Closable)
Opener = Callable[[Settings], AbstractAsyncContextManager[Staircase]]


@asynccontextmanager
async def staircase(settings: Settings, keeps: bool = True) -> AsyncIterator[Staircase]:
    """Start everything below the door, and give it back on leaving.

    Whoever only speaks and `keeps` nothing can do without a place for it. Raises
    `EngineMissing`, `EngineNotReady` or `BadSetting`.
    """
    if settings.fabric_url != "local:":
        raise BadSetting(
            f"fabric_url {settings.fabric_url!r} is not known; this version speaks 'local:' only"
        )
    normalizer = Normalizer(settings.pronunciations, settings.replacements)
    async with (
        given_back(normalizer),
        _beside(normalizer.start),
        memory(settings) as kept,
        _beside(kept.warm if keeps else kept.warm_if_it_can_be) as warmed,
    ):
        options = EngineOptions.of(settings, kept.library)
        async with given_back(await open_engine(settings.engine, options)) as engine:
            await warmed.wait()
            kept.changes.on(RECORDING, engine.forget)
            card = engine.card()
            limits = Limits.of(card, settings.soft_limit, settings.hard_limit)
            admitted = Admitted(engine, limits)
            speaker = Phrased(Local(admitted, card), normalizer, card)
            yield Staircase(
                speaker, card, lambda: admitted.load, engine.check, engine.prepare, kept
            )


@asynccontextmanager
async def memory(settings: Settings) -> AsyncIterator[Memory]:
    """What is kept; nothing of it is opened before it is needed.

    Raises `BadSetting` for a place that cannot be.
    """
    database, objects = Database(settings.database), Objects(settings.objects)
    async with given_back(database):
        changes = Changes(database)
        library = Library(database, objects, changes)
        consents = Consents(database, objects, library)
        dictionaries = Dictionaries(database, changes)
        yield Memory(Keys(database, changes), library, consents, changes, dictionaries)


@asynccontextmanager
async def _beside(load: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[anyio.Event]:
    """Run `load` while the body goes on, and tell when it has ended; leaving ends it."""
    loaded = anyio.Event()

    async def run() -> None:
        await load()
        loaded.set()

    with ungrouped():
        async with anyio.create_task_group() as group:
            group.start_soon(run)
            yield loaded
            group.cancel_scope.cancel()


@asynccontextmanager
async def given_back(thing: Closing) -> AsyncIterator[Closing]:
    """Close it on leaving, even when the leaving is a cancellation, within a limit."""
    try:
        yield thing
    finally:
        with anyio.move_on_after(CLOSE_S, shield=True) as closing:
            await thing.aclose()
        if closing.cancelled_caught:
            log.warning("%s did not close within %g s", type(thing).__name__, CLOSE_S)
