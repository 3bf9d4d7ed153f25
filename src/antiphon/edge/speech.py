"""`POST /v1/audio/speech`: one text in, one stream of audio out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import anyio.to_thread
from starlette.types import Receive, Scope, Send

from antiphon.edge import openai, problems, strict_json
from antiphon.edge.answer import Answer, Plan
from antiphon.edge.casting import Casting
from antiphon.edge.door import Incoming, Left
from antiphon.edge.house import House
from antiphon.edge.listener import Listener, while_present
from antiphon.edge.pronouncing import pronounced, sources
from antiphon.speech import CachePolicy, Call

T = TypeVar("T")
logger = logging.getLogger(__name__)

BIG_BODY_BYTES = 64 * 1024  # more takes long enough to parse that others would notice


class Speech:
    """The endpoint, as a plain ASGI app so that leaving it is cancelling it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._casting = Casting(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope, receive)
        listener = Listener(scope, receive, send, self._house.settings.stall_timeout_s)
        exchange = Exchange(self._house, self._casting, scope["antiphon.request_id"])
        try:
            await exchange.run(incoming, listener, receive)
        except Left:
            exchange.outcome = "left"
        except Exception as error:
            situation = problems.situation(error)
            exchange.outcome = situation.code
            await listener.fail(situation, incoming)
        finally:
            exchange.count()


class Exchange:
    """One request from its body to its outcome."""

    def __init__(self, house: House, casting: Casting, name: str) -> None:
        self._house, self._casting = house, casting
        self._name = name
        self._format = "none"
        self.outcome = "cancelled"

    async def run(self, incoming: Incoming, listener: Listener, receive: Receive) -> None:
        """Read, check and speak; raises `SpeechError` or `Left`."""
        body = await self._house.door.body(incoming)
        asked_at_s = time.monotonic()
        owner = await self._house.caller(incoming.headers, programs_by_any_name=True)
        plan = await self._plan(body, incoming.headers.get("content-type", ""), owner)
        self._format = plan.format.name
        with self._house.door.stream():
            async with while_present(receive) as presence:
                answer = Answer(self._house, plan, listener, asked_at_s, self._house.shelf)
                await answer.speak(Call(self._name, owner, cache=_cache_policy(incoming)))
        self.outcome = "left" if presence.left else "complete"

    async def _plan(self, body: bytes, content_type: str, owner: str) -> Plan:
        house = self._house
        aside = _aside if len(body) > BIG_BODY_BYTES else _here
        asked = await aside(strict_json.read, body, openai.SpeechRequest, content_type)
        card = house.staircase.card
        cast = await self._casting.cast(
            asked.voice_name, asked.ref_audio, asked.ref_text or "", owner
        )
        mood = await self._casting.mood(asked.style_audio, owner)
        plan = await aside(openai.plan, asked, card, house.settings, cast, mood)
        rules, named = asked.pronunciations, asked.pronunciation_dictionaries
        counting = await sources(house.dictionaries, owner, cast.names, rules, named)
        return replace(plan, utterance=await pronounced(plan.utterance, counting))

    def count(self) -> None:
        """Count it and log it, however it ended."""
        self._house.metrics.requests.labels("speech", self._format, self.outcome).inc()
        logger.info("speech %s %s: %s", self._name, self._format, self.outcome)


async def _here(work: Callable[..., T], *arguments: Any) -> T:
    return work(*arguments)


async def _aside(work: Callable[..., T], *arguments: Any) -> T:
    return await anyio.to_thread.run_sync(work, *arguments)


def _cache_policy(incoming: Incoming) -> CachePolicy:
    wanted = incoming.headers.get("cache-control", "").lower()
    return CachePolicy.BYPASS if "no-store" in wanted else CachePolicy.USE
