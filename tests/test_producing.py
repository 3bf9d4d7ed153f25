"""Producing beside the body that takes."""

from __future__ import annotations

import anyio
import pytest

from antiphon.errors import Overloaded
from antiphon.producing import Put, produced

pytestmark = pytest.mark.anyio


async def test_items_arrive_in_order() -> None:
    """What is put comes out, in order and whole."""

    async def produce(put: Put[int]) -> None:
        for number in range(100):
            await put(number)

    async with produced(produce, buffer=3) as items:
        assert [item async for item in items] == list(range(100))


async def test_an_error_follows_what_was_put_before_it() -> None:
    """An error of the producer comes out bare, after the items before it."""

    async def produce(put: Put[int]) -> None:
        await put(1)
        raise Overloaded(2, 1)

    taken = []
    with pytest.raises(Overloaded):
        async with produced(produce, buffer=3) as items:
            async for item in items:
                taken.append(item)  # noqa: PERF401  (a comprehension would lose it to the error)
    assert taken == [1]


async def test_an_error_of_the_body_comes_out_bare() -> None:
    """What the body raises is not wrapped in a group."""

    async def produce(put: Put[int]) -> None:
        await anyio.sleep_forever()

    with pytest.raises(Overloaded):
        async with produced(produce, buffer=1):
            raise Overloaded(2, 1)


async def test_a_broken_source_is_not_an_end() -> None:
    """A producer whose own source breaks has failed, even by the error of a closed stream."""

    async def produce(put: Put[int]) -> None:
        await put(1)
        raise anyio.BrokenResourceError

    with pytest.raises(anyio.BrokenResourceError):
        async with produced(produce, buffer=3) as items:
            async for _ in items:
                pass


async def test_leaving_ends_the_producer() -> None:
    """Leaving the context cancels the producer and waits for its cleaning up."""
    ended = False

    async def produce(put: Put[int]) -> None:
        nonlocal ended
        try:
            while True:
                await put(1)
        finally:
            ended = True

    async with produced(produce, buffer=1) as items:
        async for _ in items:
            break
    assert ended


async def test_a_full_buffer_holds_the_producer() -> None:
    """The producer never gets further ahead than the buffer allows."""
    put_so_far = 0

    async def produce(put: Put[int]) -> None:
        nonlocal put_so_far
        for number in range(10):
            await put(number)
            put_so_far += 1

    async with produced(produce, buffer=2) as items:
        await anyio.wait_all_tasks_blocked()
        assert put_so_far == 2
        assert [item async for item in items] == list(range(10))
