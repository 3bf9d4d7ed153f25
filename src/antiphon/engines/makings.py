"""What an engine makes of a recording: from memory, from beside the recording, or made now."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import anyio

from antiphon.errors import Overloaded, UnknownRecording
from antiphon.speech import Recording, Recordings

MAKING_AT_ONCE = 1
MOST_WAITING = 32

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Craft(Generic[T]):
    """How one thing is made of a recording, and how it is kept as bytes.

    `decode` gives None for bytes of another version, or spoilt ones; `most_kept` are remembered.
    """

    make: Callable[[Recording], Awaitable[T]]
    encode: Callable[[T], bytes]
    decode: Callable[[bytes], T | None]
    most_kept: int


class Makings(Generic[T]):
    """Finds what was made by the digest of its recording; equal asks at one time share one making.

    `model` names everything that it depends on besides the recording.
    """

    def __init__(self, recordings: Recordings | None, model: str, craft: Craft[T]) -> None:
        self._recordings, self._model, self._craft = recordings, model, craft
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._making: dict[str, asyncio.Task[T]] = {}
        self._turns = anyio.Semaphore(MAKING_AT_ONCE)

    async def of(self, digest: str) -> T:
        """What was made; raises `UnknownRecording`, `InvalidRequest` or `Overloaded`."""
        if digest in self._kept:
            self._kept.move_to_end(digest)
            return self._kept[digest]
        return await self._shared(digest, None)

    async def prepare(self, recording: Recording) -> None:
        """Make and keep it of a recording that need not be stored anywhere."""
        digest = recording.digest
        if digest not in self._kept:
            await self._shared(digest, recording)

    def forget(self, digest: str) -> None:
        """Drop it, and the making that is under way."""
        self._kept.pop(digest, None)
        if (task := self._making.pop(digest, None)) is not None:
            task.cancel()

    async def aclose(self) -> None:
        """End what is under way."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _shared(self, digest: str, recording: Recording | None) -> T:
        """The result of one task, whoever of those that wait for it leaves."""
        task = self._making.get(digest)
        if task is None:
            task = asyncio.create_task(self._found(digest, recording))
            self._making[digest] = task
            task.add_done_callback(lambda done: self._ended(digest, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():  # forgotten meanwhile, not we who were cancelled
                raise UnknownRecording(digest) from None
            raise

    def _ended(self, digest: str, task: asyncio.Task[T]) -> None:
        if self._making.get(digest) is task:
            del self._making[digest]
        if not task.cancelled() and task.exception() is None:
            self._keep(digest, task.result())

    def _keep(self, digest: str, found: T) -> None:
        self._kept[digest] = found
        while len(self._kept) > self._craft.most_kept:
            self._kept.popitem(last=False)

    async def _found(self, digest: str, recording: Recording | None) -> T:
        """From beside the recording, else made and laid there."""
        if self._recordings is not None:
            data = await self._recordings.prepared(digest, self._model)
            if data is not None and (found := self._craft.decode(data)) is not None:
                return found
        if recording is None:
            if self._recordings is None:
                raise UnknownRecording(digest)
            recording = await self._recordings.recording(digest)
        found = await self._made(recording)
        if self._recordings is not None:
            await self._recordings.keep_prepared(digest, self._model, self._craft.encode(found))
        return found

    async def _made(self, recording: Recording) -> T:
        """Make it when it is our turn; raises `Overloaded` when too many wait."""
        waiting = self._turns.statistics().tasks_waiting
        if waiting >= MOST_WAITING:
            raise Overloaded(waiting, MOST_WAITING)
        async with self._turns:
            return await self._craft.make(recording)
