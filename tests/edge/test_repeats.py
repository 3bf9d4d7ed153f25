"""The same question again, through the door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from antiphon.settings import Settings
from tests.edge import raw
from tests.edge.fakes import Watched
from tests.edge.serving import Served, only, serving

pytestmark = pytest.mark.anyio
ASK = {"input": "One.", "response_format": "opus"}


@asynccontextmanager
async def asking(engine: Watched, **chosen: Any) -> AsyncIterator[tuple[Served, httpx.AsyncClient]]:
    """A server with this engine, and a client that trusts no environment."""
    async with (
        serving(Settings(engine="tone", **chosen), only(lambda: engine)) as served,
        httpx.AsyncClient(base_url=served.url, trust_env=False, timeout=15) as http,
    ):
        yield served, http


async def test_a_repeat_needs_no_engine() -> None:
    """`X-Cache` says hit; the answer is the same, and so is what the meters count."""
    engine = Watched(samples=2_400)
    async with asking(engine) as (served, http):
        first, second = [await http.post(raw.SPEECH, json=ASK) for _ in range(2)]
        meters = (await http.get("/metrics")).text
        assert served.house.shelf.held_bytes > 0
    assert [answer.headers["x-cache"] for answer in (first, second)] == ["miss", "hit"]
    assert second.content == first.content
    assert len(engine.asked) == 1
    assert 'format="opus",outcome="complete",route="speech"} 2.0' in meters


async def test_no_store_goes_round() -> None:
    """A caller who wants no copy is always spoken to by the engine."""
    engine = Watched(samples=2_400)
    headers = {"cache-control": "no-cache, No-Store"}
    async with asking(engine) as (_, http):
        answers = [await http.post(raw.SPEECH, json=ASK, headers=headers) for _ in range(2)]
    assert [answer.headers["x-cache"] for answer in answers] == ["miss", "miss"]
    assert len(engine.asked) == 2


async def test_a_repeat_is_answered_while_every_slot_is_taken() -> None:
    """Only the door counts it."""
    engine = Watched(samples=2_400)
    async with asking(engine) as (_, http):
        await http.post(raw.SPEECH, json=ASK)
        engine.stop_at(1)
        async with http.stream("POST", raw.SPEECH, json={**ASK, "input": "Two."}):
            assert engine.inside == 1
            answer = await http.post(raw.SPEECH, json=ASK)
            assert (answer.status_code, answer.headers["x-cache"]) == (200, "hit")
            assert engine.most_inside == 1
