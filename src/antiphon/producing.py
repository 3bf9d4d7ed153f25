"""One way to make things beside the body that takes them, so that leaving the body ends it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

import anyio

T = TypeVar("T")
Put = Callable[[T], Awaitable[None]]


class _Left(Exception):
    """Nobody takes what is put any more."""


class Waiter:
    """Somebody who waits for a thing to change; one at a time, woken by `wake`."""

    __slots__ = ("_future",)

    def __init__(self) -> None:
        self._future: asyncio.Future[None] | None = None

    def wake(self, error: BaseException | None = None) -> None:
        """Let whoever waits go on, or raise `error` there."""
        future, self._future = self._future, None
        if future is None or future.done():
            return
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)

    async def wait(self) -> None:
        """Wait until the next `wake`."""
        self._future = asyncio.get_running_loop().create_future()
        await self._future


class _Channel(Generic[T]):
    """At most `limit` things on their way from one who puts to one who takes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[T] = deque()
        self._room, self._more = Waiter(), Waiter()
        self._left = self._ended = False
        self.failure: Exception | None = None

    async def put(self, item: T) -> None:
        """Wait for room and put; raises `_Left` when nobody takes any more."""
        while len(self._waiting) >= self._limit and not self._left:
            await self._room.wait()
        if self._left:
            raise _Left
        self._waiting.append(item)
        self._more.wake()

    def end(self) -> None:
        """Nothing more will be put."""
        self._ended = True
        self._more.wake()

    def leave(self) -> None:
        """Nothing more will be taken."""
        self._left = True
        self._room.wake()

    async def items(self) -> AsyncGenerator[T, None]:
        """What is put, in order; at its end `failure` is raised, if there is one."""
        try:
            while True:
                while self._waiting:
                    item = self._waiting.popleft()
                    self._room.wake()
                    yield item
                if self._ended:
                    break
                await self._more.wait()
        finally:
            self.leave()
        if self.failure is not None:
            raise self.failure


@asynccontextmanager
async def produced(
    produce: Callable[[Put[T]], Awaitable[None]], buffer: int
) -> AsyncIterator[AsyncIterator[T]]:
    """Run `produce(put)` in a task of its own and yield what it puts, in order.

    At most `buffer` things wait (one or more); then `put` waits too. An error of `produce` comes
    out of the iterator after everything put before it. Leaving cancels `produce` and waits for it
    to end. This is asyncio's own task and not a task group: each clause passes here several times,
    and a group with its memory stream costs five times as much.
    """
    channel = _Channel[T](buffer)

    async def run() -> None:
        try:
            await produce(channel.put)
        except _Left:
            return  # not an error, and nobody to tell
        except Exception as error:
            channel.failure = error  # raised where the items are taken
        finally:
            channel.end()

    async with beside(run()), aclosing(channel.items()) as taken:
        yield taken


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `work` in a task while the body lasts; then cancel it and wait for its end."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield
    finally:
        if not task.done():
            task.cancel()
            await _ended(task)


async def _ended(task: asyncio.Task[None]) -> None:
    """Wait for a task that was cancelled, whoever cancels the waiting meanwhile."""
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        # A cancelled scope cancels again and again, so the rest of the waiting stands outside it.
        with anyio.CancelScope(shield=True):
            while not task.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([task])
        raise


class ungrouped:  # noqa: N801  (used as a statement, like `suppress`)
    """Raise the one error inside an exception group as itself.

    A task group wraps what its body raises; a caller that waits for `Overloaded` wants
    `Overloaded`.
    """

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Unwrap groups of one, however deep."""
        if not isinstance(error, BaseExceptionGroup):
            return
        bare: BaseException = error
        while isinstance(bare, BaseExceptionGroup) and len(bare.exceptions) == 1:
            bare = bare.exceptions[0]
        if bare is not error:
            raise bare from bare.__cause__
