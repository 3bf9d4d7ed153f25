"""Waits that have an end: for something to be checked, and for a change to be whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio

from antiphon.errors import DeadlineExceeded, StorageAway
from antiphon.producing import ungrouped

T = TypeVar("T")
STORE_S = 10.0


@asynccontextmanager
async def checking(patience_s: float, what: str) -> AsyncIterator[None]:
    """Look at what was sent within the time for that; raises `DeadlineExceeded`."""
    with ungrouped(), anyio.CancelScope() as patience:
        patience.deadline = anyio.current_time() + patience_s
        yield
    if patience.cancelled_caught:
        raise DeadlineExceeded(what)


async def whole(work: Awaitable[T]) -> T:
    """Change what is kept, whole or not at all, whoever leaves; raises `StorageAway`."""
    try:
        with anyio.fail_after(STORE_S, shield=True):
            return await work
    except TimeoutError:
        raise StorageAway("the library of voices") from None
