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
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import anyio

from antiphon.engines.admission import Admitted, Limits, Load
from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.errors import BadSetting
from antiphon.fabric.local import Local
from antiphon.pipeline.phrased import Phrased
from antiphon.producing import ungrouped
from antiphon.settings import Settings
from antiphon.speech import Card, Speaker
from antiphon.text.normalizer import Normalizer


@dataclass(frozen=True, slots=True)
class Staircase:
    """What a door needs: whom to ask, what they can do, how busy they are, and whether they can.

    `check` raises `EngineNotReady` when a call could not be taken now.
    """

    speaker: Speaker
    card: Card
    load: Callable[[], Load]
    check: Callable[[], None] = lambda: None


CLOSE_S = 10.0
log = logging.getLogger(__name__)


class _Closable(Protocol):
    async def aclose(self) -> None: ...


Closing = TypeVar("Closing", bound=_Closable)
Opener = Callable[[Settings], AbstractAsyncContextManager[Staircase]]


@asynccontextmanager
async def staircase(settings: Settings) -> AsyncIterator[Staircase]:
    """Start everything below the door, and give it back on leaving.

    Raises `EngineMissing`, `EngineNotReady` or `BadSetting`.
    """
    if settings.fabric_url != "local:":
        raise BadSetting(
            f"fabric_url {settings.fabric_url!r} is not known; this version speaks 'local:' only"
        )
    normalizer = Normalizer(settings.pronunciations, settings.replacements)
    async with _given_back(normalizer), _beside(normalizer.start):
        options = EngineOptions(settings.model, settings.workers)
        async with _given_back(await open_engine(settings.engine, options)) as engine:
            card = engine.card()
            limits = Limits.of(card, settings.soft_limit, settings.hard_limit)
            admitted = Admitted(engine, limits)
            speaker = Phrased(Local(admitted, card), normalizer, card)
            yield Staircase(speaker, card, lambda: admitted.load, engine.check)


@asynccontextmanager
async def _beside(load: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run `load` while the body goes on; leaving ends it."""
    with ungrouped():
        async with anyio.create_task_group() as group:
            group.start_soon(load)
            yield
            group.cancel_scope.cancel()


@asynccontextmanager
async def _given_back(thing: Closing) -> AsyncIterator[Closing]:
    """Close it on leaving, even when the leaving is a cancellation, within a limit."""
    try:
        yield thing
    finally:
        with anyio.move_on_after(CLOSE_S, shield=True) as closing:
            await thing.aclose()
        if closing.cancelled_caught:
            log.warning("%s did not close within %g s", type(thing).__name__, CLOSE_S)
