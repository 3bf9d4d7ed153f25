"""Leaving at every frame, in every way there is, leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from antiphon import staircase as stairs
from antiphon.engines.formant.engine import Formant
from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.errors import DeadlineExceeded
from antiphon.settings import Settings
from antiphon.speech import Call, Engine, Utterance
from antiphon.staircase import Staircase, staircase
from tests.edge.serving import Served, serving

pytestmark = pytest.mark.anyio
RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
TEXT = "One goes out. 两个人走了。Three were left behind, and then there were none."
SETTINGS = Settings(workers=1)


@dataclass
class House:
    """The whole house in this event loop, and a look at what is lent inside it."""

    served: Served
    stairs: Staircase
    engine: Formant

    def held(self) -> dict[str, int]:
        """What is in use now; zero everywhere once everybody has left."""
        load = self.stairs.load()
        return {
            "slots": load.busy,
            "queue": load.waiting,
            "library copies": self.engine.pool.lent,
            "workers at work": len(self.engine.pool.pids[1]),
            "workers missing": self.engine.pool.size - sum(map(len, self.engine.pool.pids)),
            "streams": self.served.house.door.streams,
        }


@asynccontextmanager
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Door, staircase and formant engine, for real."""
    opened: list[Engine] = []

    async def remember(name: str, options: EngineOptions) -> Engine:
        opened.append(await open_engine(name, options))
        return opened[-1]

    monkeypatch.setattr(stairs, "open_engine", remember)
    async with serving(SETTINGS, staircase) as served:
        (engine,) = opened
        assert isinstance(engine, Formant)
        yield House(served, served.house.staircase, engine)


async def close_the_context(house: House, frame: int) -> None:
    """Stop taking at a frame and leave the context."""
    async with house.stairs.speaker.speak(Utterance(TEXT), Call("close")) as frames:
        for _ in range(frame):
            if await anext(frames, None) is None:
                break


async def cancel_the_task(house: House, frame: int) -> None:
    """The task that listens is cancelled at a frame."""
    async with anyio.create_task_group() as group:

        async def listen() -> None:
            async with house.stairs.speaker.speak(Utterance(TEXT), Call("cancel")) as frames:
                for _ in range(frame):
                    await anext(frames, None)
                group.cancel_scope.cancel()
                async for _ in frames:
                    pass

        group.start_soon(listen)


async def pass_the_deadline(house: House, frame: int) -> None:
    """The deadline strikes somewhere in the first milliseconds; it must strike."""
    deadline = anyio.current_time() + frame * 0.0005
    call = Call("deadline", deadline=deadline)
    try:
        async with house.stairs.speaker.speak(Utterance(TEXT * 40), call) as frames:
            async for _ in frames:
                pass
    except DeadlineExceeded:
        return
    pytest.fail("the deadline did not strike")


async def drop_the_connection(house: House, frame: int) -> None:
    """The client resets its connection after so many pieces of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.served.port)
    body = json.dumps({"input": TEXT * 4, "response_format": "pcm"}).encode()
    head = f"POST /v1/audio/speech HTTP/1.1\r\nHost: t\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    for _ in range(frame):
        await reader.read(4_096)
    writer.transport.abort()


Way = Callable[[House, int], Awaitable[None]]
WAYS: list[Way] = [close_the_context, cancel_the_task, pass_the_deadline, drop_the_connection]


async def leave(house: House, way: Way, rounds: int) -> int:
    """Leave so often, at every frame in turn; how many tasks are left over in the end."""
    await way(house, 40)
    await empty(house)
    before = len(asyncio.all_tasks())
    for turn in range(rounds):
        await way(house, turn % 40)
        if random.Random(turn).random() < 0.5:  # noqa: S311  (sometimes the next comes at once)
            await empty(house)
    await empty(house)
    return len(asyncio.all_tasks()) - before


async def empty(house: House) -> None:
    """Let what was left go: it must be gone within a second."""
    with anyio.fail_after(1):
        while any(house.held().values()):
            await anyio.lowlevel.checkpoint()
        await anyio.wait_all_tasks_blocked()


@pytest.mark.parametrize("way", WAYS)
async def test_leaving_leaves_nothing(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """No slot, task, stream or library copy is held after anybody left at any frame."""
    async with house(monkeypatch) as here:
        assert await leave(here, way, rounds=40) <= 0
        assert here.held() == dict.fromkeys(here.held(), 0)


@pytest.mark.soak
async def test_a_thousand_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand rounds over all ways; the figures are kept."""
    found = {}
    async with house(monkeypatch) as here:
        for way in WAYS:
            tasks = await leave(here, way, rounds=250)
            found[way.__name__] = {"rounds": 250, "tasks left": tasks, **here.held()}
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "leaving.json").write_text(json.dumps(found, indent=2) + "\n")
    assert all(one["tasks left"] <= 0 for one in found.values())
