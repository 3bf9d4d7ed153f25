"""Bounded slots around any engine: who may speak now, who waits, and who is refused at once."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import anyio

from antiphon.errors import DeadlineExceeded, Overloaded
from antiphon.producing import ungrouped
from antiphon.speech import Call, Card, Engine, Frame, Priority, Utterance


@dataclass(frozen=True, slots=True)
class Limits:
    """How many calls an engine takes.

    `slots` speak at once; others wait. From `soft` calls inside on, batches are refused; from
    `hard` on, everybody is, but for the next clause of a stream that has begun.
    """

    slots: int
    soft: int
    hard: int

    @classmethod
    def of(cls, card: Card, soft: int | None = None, hard: int | None = None) -> Limits:
        """Limits from an engine's card: batches keep to the slots, listeners may queue."""
        hard = hard or card.slots + card.queue
        return cls(card.slots, min(soft or card.slots, hard), hard)


@dataclass(frozen=True, slots=True)
class Load:
    """How full an engine is: calls that hold a slot, calls that wait for one, and the slots."""

    busy: int
    waiting: int
    slots: int


class Admitted:
    """A Speaker that lets a bounded number of calls through to its engine."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        self._busy = 0
        self._queues: dict[bool, deque[anyio.Event]] = {True: deque(), False: deque()}

    @property
    def load(self) -> Load:
        """How full it is now."""
        return Load(self._busy, sum(map(len, self._queues.values())), self._limits.slots)

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """Speak in a slot; raises `Overloaded` at once, or `DeadlineExceeded` at any moment."""
        self._refuse(utterance, call)
        with ungrouped(), _until(call.deadline):
            await self._enter(live=call.priority is Priority.LIVE)
            try:
                async with self._engine.speak(utterance, call) as frames:
                    yield frames
            finally:
                self._leave()

    def _refuse(self, utterance: Utterance, call: Call) -> None:
        """Turn away early and cheaply; a stream that has begun is never cut for a newcomer."""
        if utterance.follows is not None:
            return
        inside = self._busy + self.load.waiting
        limit = self._limits.hard if call.priority is Priority.LIVE else self._limits.soft
        if inside >= limit:
            raise Overloaded(inside, limit)

    async def _enter(self, live: bool) -> None:
        """Take a slot, live calls before batches and each kind in order of arrival."""
        if self._busy < self._limits.slots:
            self._busy += 1
            return
        turn = anyio.Event()
        queue = self._queues[live]
        queue.append(turn)
        try:
            await turn.wait()  # whoever leaves hands the slot over, so `_busy` stays as it is
        except BaseException:
            if turn.is_set():
                self._leave()
            else:
                queue.remove(turn)
            raise

    def _leave(self) -> None:
        for queue in self._queues.values():
            if queue:
                queue.popleft().set()
                return
        self._busy -= 1


@contextmanager
def _until(deadline: float | None) -> Iterator[None]:
    """End the body at `deadline` on the event loop's clock with `DeadlineExceeded`."""
    with anyio.CancelScope(deadline=math.inf if deadline is None else deadline) as scope:
        yield
    if scope.cancelled_caught:
        raise DeadlineExceeded("speech")
