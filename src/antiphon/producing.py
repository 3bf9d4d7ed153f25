"""One way to make things beside the body that takes them, so that leaving the body ends it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

import anyio

T = TypeVar("T")
Put = Callable[[T], Awaitable[None]]


class _Left(Exception):
    """Nobody takes what is put any more."""


@asynccontextmanager
async def produced(
    produce: Callable[[Put[T]], Awaitable[None]], buffer: int
) -> AsyncIterator[AsyncIterator[T]]:
    """Run `produce(put)` in a task of its own and yield what it puts, in order.

    At most `buffer` things wait; then `put` waits too. An error of `produce` comes out of the
    iterator after everything put before it. Leaving cancels `produce` and waits for it to end.
    """
    send, receive = anyio.create_memory_object_stream[T](buffer)
    failure: list[Exception] = []

    async def put(item: T) -> None:
        try:
            await send.send(item)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            raise _Left from None

    async def run() -> None:
        with send:
            try:
                await produce(put)
            except _Left:
                return  # not an error, and nobody to tell
            except Exception as error:
                failure.append(error)  # raised where the items are taken

    async def items() -> AsyncGenerator[T, None]:
        with receive:
            async for item in receive:
                yield item
        if failure:
            raise failure[0]

    with receive, ungrouped():
        async with anyio.create_task_group() as group:
            group.start_soon(run)
            async with aclosing(items()) as taken:
                yield taken
            group.cancel_scope.cancel()


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
