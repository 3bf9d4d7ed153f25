"""One job at the desk as an event loop sees it; leaving gives back all that the device holds."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio

from antiphon.engines.glm.desk import Desk
from antiphon.engines.glm.plans import Event, Freed, Job
from antiphon.producing import Waiter

FREE_S = 30.0  # longer than any step; after it nobody else should be kept waiting

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Ear:
    """What the desk told and nobody took yet: as many blocks as the scheduler lets wait."""

    _told: deque[Event] = field(default_factory=deque)
    _more: Waiter = field(default_factory=Waiter)

    def hear(self, event: Event) -> None:
        """Put an event, in the event loop's thread."""
        self._told.append(event)
        self._more.wake()

    async def next(self) -> Event:
        """The next event, however long it takes: the caller's deadline is above."""
        while not self._told:
            await self._more.wait()
        return self._told.popleft()


@asynccontextmanager
async def listening(desk: Desk, job: Job) -> AsyncIterator[tuple[int, Ear]]:
    """Enter a job and hear what becomes of it; on leaving, wait until its last step has ended.

    So whoever waits for a slot finds one when this one is given back.
    """
    loop, ear, freed = asyncio.get_running_loop(), Ear(), asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, Freed):
            freed.set()
        ear.hear(event)

    def tell(event: Event) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(hear, event)

    number = desk.enter(job, tell)
    try:
        yield number, ear
    finally:
        desk.leave(number)
        with anyio.move_on_after(FREE_S, shield=True) as waiting:
            await freed.wait()
        if waiting.cancelled_caught:
            log.error("a step has not ended for %g s; the device may hang", FREE_S)
