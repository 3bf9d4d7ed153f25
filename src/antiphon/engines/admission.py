"""Bounded slots around any engine: who may speak now, who waits, and who is refused at once."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True, order=True)
class _Turn:
    """A place in the queue; the smallest is next."""

    batch: bool
    due: float
    arrived: int
    granted: anyio.Event = field(default_factory=anyio.Event, compare=False)


class Admitted:
    """A Speaker that lets a bounded number of calls through to its engine."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        self._busy = self._arrived = 0
        self._waiting: list[_Turn] = []

    @property
    def load(self) -> Load:
        """How full it is now."""
        return Load(self._busy, len(self._waiting), self._limits.slots)

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """Speak in a slot; raises `Overloaded` at once, or `DeadlineExceeded` at any moment."""
        self._refuse(utterance, call)
        with ungrouped(), nullcontext() if call.deadline is None else _until(call.deadline):
            await self._enter(call)
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

    async def _enter(self, call: Call) -> None:
        """Take a slot: live calls before batches, and whose audio is due first before others."""
        if self._busy < self._limits.slots:
            self._busy += 1
            return
        self._arrived += 1
        turn = _Turn(call.priority is Priority.BATCH, call.due, self._arrived)
        heapq.heappush(self._waiting, turn)
        try:
            await turn.granted.wait()  # whoever leaves hands the slot over: `_busy` stays
        except BaseException:
            if turn.granted.is_set():
                self._leave()
            else:
                self._waiting.remove(turn)
                heapq.heapify(self._waiting)
            raise

    def _leave(self) -> None:
        if self._waiting:
            heapq.heappop(self._waiting).granted.set()
        else:
            self._busy -= 1


@contextmanager
def _until(deadline: float) -> Iterator[None]:
    """End the body at `deadline` on the event loop's clock with `DeadlineExceeded`."""
    with anyio.CancelScope(deadline=deadline) as scope:
        yield
    if scope.cancelled_caught:
        raise DeadlineExceeded("speech")
