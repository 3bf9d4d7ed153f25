"""Answers that are kept and given again, without a server around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest
from starlette.types import Message

from antiphon.audio.encoding import FORMATS
from antiphon.edge.answer import Answer, Plan
from antiphon.edge.envelopes import Bare, Events
from antiphon.edge.house import House
from antiphon.edge.listener import Listener
from antiphon.edge.shelf import Shelf
from antiphon.errors import EngineFailed
from antiphon.speech import Audio, CachePolicy, Call, Finished, Frame, Started, Utterance
from tests.edge.fakes import Watched
from tests.edge.serving import TONE, only
from tests.speakers import CARD

pytestmark = pytest.mark.anyio
PLAN = Plan(Utterance("One.", "low", model=CARD.model), FORMATS["mp3"], 24_000, Bare())
CALL = Call("test")


class Room:
    """A house with one engine and one shelf; every answer to `ask` is what a listener was sent."""

    def __init__(self, house: House, engine: Watched) -> None:
        self.house, self.engine, self.shelf = house, engine, Shelf()

    async def ask(self, plan: Plan = PLAN, call: Call = CALL) -> list[Message]:
        """Speak, and return the messages."""
        told: list[Message] = []

        async def send(message: Message) -> None:
            told.append(dict(message))

        listener = Listener({}, _nothing_more, send, 10.0)
        await Answer(self.house, plan, listener, 0.0, self.shelf).speak(call)
        return told

    def metric(self, name: str) -> float:
        """The value of a meter now."""
        return self.house.metrics.registry.get_sample_value(f"antiphon_{name}") or 0.0


async def _nothing_more() -> Message:
    await anyio.sleep_forever()
    raise AssertionError


@asynccontextmanager
async def opened(engine: Watched) -> AsyncIterator[Room]:
    """A room whose staircase is nothing but this engine."""
    house = House(TONE, only(lambda: engine), None)
    async with anyio.create_task_group() as beside:
        beside.start_soon(house.open)
        await house.settled()
        yield Room(house, engine)
        beside.cancel_scope.cancel()


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """Four frames of 100 ms to an answer."""
    async with opened(Watched(frames=4, samples=2_400)) as room:
        yield room


def body(told: list[Message]) -> bytes:
    """All that was sent after the headers."""
    return b"".join(message.get("body", b"") for message in told)


def cache(told: list[Message]) -> str:
    """What the answer says of itself."""
    return {name.decode(): value.decode() for name, value in told[0]["headers"]}["x-cache"]


@pytest.mark.parametrize("name", FORMATS)
async def test_the_same_again_is_the_same_bytes_without_the_engine(room: Room, name: str) -> None:
    """In every format; the headers but one are the same too."""
    plan = replace(PLAN, format=FORMATS[name], rate=FORMATS[name].default_rate)
    first, second = await room.ask(plan), await room.ask(plan)
    assert (cache(first), cache(second)) == ("miss", "hit")
    assert body(second) == body(first) != b""
    assert len(room.engine.asked) == 1


async def test_bare_and_events_share_what_is_kept(room: Room) -> None:
    """Events from the shelf carry the same audio, words and usage as the first time."""
    live = body(await room.ask(replace(PLAN, envelope=Events(word_timestamps=True))))
    kept = await room.ask(replace(PLAN, envelope=Events(word_timestamps=True)))
    assert cache(kept) == cache(await room.ask()) == "hit"
    assert body(kept).count(b"speech.audio.delta") == 1 < live.count(b"speech.audio.delta")
    assert body(kept).rpartition(b"data: ")[2] == live.rpartition(b"data: ")[2]
    assert b'"words":[{"start":0,"end":4,"at":0.0}]' in body(kept)
    assert len(room.engine.asked) == 1


@pytest.mark.parametrize(
    "plan",
    [
        replace(PLAN, utterance=replace(PLAN.utterance, voice="high")),
        replace(PLAN, format=FORMATS["wav"]),
        replace(PLAN, rate=48_000),
    ],
)
async def test_anything_else_is_asked_for(room: Room, plan: Plan) -> None:
    """Another sound, another format, another rate."""
    await room.ask()
    assert cache(await room.ask(plan)) == "miss"
    assert len(room.engine.asked) == 2


async def test_a_caller_may_go_round_the_shelf(room: Room) -> None:
    """Nothing is taken from it and nothing is put on it."""
    bypass = replace(CALL, cache=CachePolicy.BYPASS)
    assert cache(await room.ask(call=bypass)) == "miss"
    assert len(room.shelf) == 0
    await room.ask()
    assert cache(await room.ask(call=bypass)) == "miss"
    assert len(room.engine.asked) == 3


async def test_an_answer_that_broke_is_not_kept(room: Room) -> None:
    """The next listener gets a whole one."""
    room.engine.fail_at, room.engine.failure = 2, EngineFailed("broke")
    with pytest.raises(EngineFailed):
        await room.ask()
    room.engine.fail_at = None
    assert (len(room.shelf), room.shelf.held_bytes) == (0, 0)
    assert cache(await room.ask()) == "miss"


async def test_an_answer_that_was_left_is_not_kept(room: Room) -> None:
    """Whoever leaves early takes the draft along."""
    room.engine.stop_at(2)
    async with anyio.create_task_group() as beside:
        beside.start_soon(room.ask)
        await room.engine.reached.wait()
        assert room.shelf.held_bytes > 0
        beside.cancel_scope.cancel()
    assert (len(room.shelf), room.shelf.held_bytes, room.engine.inside) == (0, 0, 0)


class Odd(Watched):
    """An engine that ends, or names itself, as a test wants."""

    reason, model = "complete", CARD.model

    async def _frames(self, utterance: Utterance) -> AsyncIterator[Frame]:  # type: ignore[override]
        yield Started("odd", self.model, 24_000, ignored=("pitch",))
        yield Audio(bytes(4_800))
        yield Finished(self.reason)


@pytest.mark.parametrize(("reason", "model"), [("length", CARD.model), ("complete", "another")])
async def test_what_is_not_the_whole_answer_of_this_model_is_not_kept(
    reason: str, model: str
) -> None:
    """An engine's own bound, or a stand-in, may do better next time."""
    engine = Odd()
    engine.reason, engine.model = reason, model
    async with opened(engine) as room:
        assert [cache(await room.ask()) for _ in range(2)] == ["miss", "miss"]
        assert len(room.shelf) == 0


async def test_what_was_ignored_is_said_each_time() -> None:
    """The engine's part is kept; the caller's own is told to that caller only."""
    async with opened(Odd()) as room:
        first = await room.ask(replace(PLAN, ignored=("instructions",)))
        second = await room.ask()
    assert (b"x-ignored", b"instructions, pitch") in first[0]["headers"]
    assert (b"x-ignored", b"pitch") in second[0]["headers"]


async def test_a_hit_is_counted_as_any_answer(room: Room) -> None:
    """Audio sent, streams ended and first audio count; the engine is not entered."""
    for asked in (1, 2, 3):
        await room.ask()
        assert room.metric("audio_seconds_total") == pytest.approx(0.4 * asked)
        assert room.metric("first_audio_seconds_count") == asked
    assert room.engine.most_inside == len(room.engine.asked) == 1


async def test_a_listener_who_leaves_a_hit_is_counted_for_what_was_sent(room: Room) -> None:
    """A hit that is cut off holds nothing and claims no more than it gave."""
    plan = replace(PLAN, format=FORMATS["pcm"])
    await room.ask(plan)
    counted = room.metric("audio_seconds_total")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            raise ConnectionError

    listener = Listener({}, _nothing_more, send, 10.0)
    with pytest.raises(ConnectionError):
        await Answer(room.house, plan, listener, 0.0, room.shelf).speak(CALL)
    assert 0 < room.metric("audio_seconds_total") - counted < 0.4
    assert cache(await room.ask(plan)) == "hit"
