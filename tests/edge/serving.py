"""A real server on loopback for tests, with whatever Speaker a test brings."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import anyio
import uvicorn
from anyio.from_thread import start_blocking_portal

from antiphon.edge.app import create_app
from antiphon.edge.house import House
from antiphon.engines.admission import Load
from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.producing import ungrouped
from antiphon.settings import Settings
from antiphon.speech import Engine
from antiphon.staircase import Opener, Staircase

TONE = Settings(engine="tone")


@dataclass(frozen=True, slots=True)
class Served:
    """Where the server is, and what is inside it."""

    port: int
    house: House

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://127.0.0.1:{self.port}"


def only(make: Callable[[], Engine]) -> Opener:
    """A staircase that is nothing but this engine, made inside the server's event loop."""

    @asynccontextmanager
    async def open_stairs(settings: Settings) -> AsyncIterator[Staircase]:
        engine = make()
        yield Staircase(engine, engine.card(), lambda: Load(0, 0, engine.card().slots))

    return open_stairs


@asynccontextmanager
async def tone(settings: Settings) -> AsyncIterator[Staircase]:
    """A staircase that is nothing but the tone engine."""
    engine = await open_engine("tone", EngineOptions())
    yield Staircase(engine, engine.card(), lambda: Load(0, 0, engine.card().slots))


@asynccontextmanager
async def serving(settings: Settings = TONE, opener: Opener = tone) -> AsyncIterator[Served]:
    """Serve in a task of this event loop until the context is left."""
    app = create_app(settings, opener)
    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,
        ws="none",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    with ungrouped(), socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        async with anyio.create_task_group() as beside:
            beside.start_soon(server.serve, [listening])
            await app.state.house.settled()
            try:
                yield Served(listening.getsockname()[1], app.state.house)
            finally:
                server.should_exit = True


@contextmanager
def serving_in_thread(settings: Settings = TONE, opener: Opener = tone) -> Iterator[Served]:
    """Serve in a thread until the context is left, for clients that block."""
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(serving(settings, opener)) as served,
    ):
        yield served
