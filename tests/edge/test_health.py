"""Alive at once, ready when it can speak, and truthful about why not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest

from antiphon.edge.app import create_app
from antiphon.errors import EngineNotReady
from antiphon.settings import Settings
from antiphon.staircase import Staircase
from tests.edge.serving import tone

pytestmark = pytest.mark.anyio
SETTINGS = Settings(engine="tone")


def client(app: object) -> httpx.AsyncClient:
    """A client that needs no socket."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://test", trust_env=False)


async def test_it_answers_before_it_can_speak() -> None:
    """While the staircase opens it lives, is not ready, and refuses speech with advice."""
    gate = anyio.Event()

    @asynccontextmanager
    async def slow(settings: Settings) -> AsyncIterator[Staircase]:
        await gate.wait()
        async with tone(settings) as stairs:
            yield stairs

    app = create_app(SETTINGS, slow)
    async with app.router.lifespan_context(app), client(app) as http:
        assert (await http.get("/livez")).status_code == 200
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.headers["retry-after"]) == (503, "1")
        assert "is starting" in ready.json()["error"]["message"]
        spoken = await http.post("/v1/audio/speech", json={"input": "One."})
        assert (spoken.status_code, spoken.json()["error"]["code"]) == (503, "engine_not_ready")
        gate.set()
        await app.state.house.settled()
        assert (await http.get("/readyz")).json() == {"status": "ok"}
    assert app.state.house.reason == "the service is stopping"


async def test_a_staircase_that_fails_to_open_is_told_to_the_hook() -> None:
    """/readyz says why, and whoever runs the app can end it."""
    failure = EngineNotReady("the voice files are missing")
    told: list[Exception] = []

    @asynccontextmanager
    async def failing(settings: Settings) -> AsyncIterator[Staircase]:
        if settings is SETTINGS:
            raise failure
        async with tone(settings) as stairs:
            yield stairs

    app = create_app(SETTINGS, failing, told.append)
    async with app.router.lifespan_context(app), client(app) as http:
        await app.state.house.settled()
        ready = await http.get("/readyz")
    assert told == [failure]
    assert (ready.status_code, ready.json()["error"]["code"]) == (503, "engine_not_ready")
    assert "the voice files are missing" in ready.json()["error"]["message"]


async def test_a_staircase_that_breaks_later_is_not_ready_any_more() -> None:
    """A failure of what runs below the door is not hidden by having started well."""
    gate = anyio.Event()
    told: list[Exception] = []

    async def break_later() -> None:
        await gate.wait()
        raise EngineNotReady("the worker is gone")

    @asynccontextmanager
    async def breaking(settings: Settings) -> AsyncIterator[Staircase]:
        async with anyio.create_task_group() as below, tone(settings) as stairs:
            below.start_soon(break_later)
            yield stairs

    closed = anyio.Event()

    def on_failure(error: Exception) -> None:
        told.append(error)
        closed.set()

    app = create_app(SETTINGS, breaking, on_failure)
    async with app.router.lifespan_context(app), client(app) as http:
        await app.state.house.settled()
        gate.set()
        await closed.wait()
        assert "the worker is gone" in (await http.get("/readyz")).text
    assert [str(error) for error in told] == ["the worker is gone"]
