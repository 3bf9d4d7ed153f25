"""Bounded slots around an engine."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest

from antiphon.engines.admission import Admitted, Limits
from antiphon.errors import DeadlineExceeded, Overloaded
from antiphon.speech import Call, Passage, Priority, Utterance
from tests.speakers import CARD, Counting

pytestmark = pytest.mark.anyio
TEXT = Utterance("hello")


def admitted(slots: int, soft: int, hard: int) -> tuple[Counting, Admitted]:
    """An engine that stops at its first frame until told, behind limits."""
    engine = Counting()
    engine.gate = anyio.Event()
    return engine, Admitted(engine, Limits(slots, soft, hard))


async def drain(speaker: Admitted, call: Call, utterance: Utterance = TEXT) -> int:
    """Take every frame."""
    async with speaker.speak(utterance, call) as frames:
        return len([frame async for frame in frames])


async def test_no_more_than_the_slots_speak_at_once() -> None:
    """Calls beyond the slots wait, and all are answered."""
    engine, speaker = admitted(slots=2, soft=9, hard=9)
    async with anyio.create_task_group() as group:
        for index in range(8):
            group.start_soon(drain, speaker, Call(str(index)))
        await anyio.wait_all_tasks_blocked()
        assert (speaker.load.busy, speaker.load.waiting) == (2, 6)
        assert engine.gate is not None
        engine.gate.set()
    assert engine.most_inside == 2
    assert len(engine.asked) == 8
    assert (speaker.load.busy, speaker.load.waiting) == (0, 0)


async def test_the_hard_limit_refuses_at_once() -> None:
    """The call that finds the hard limit reached is refused with the numbers."""
    engine, speaker = admitted(slots=1, soft=1, hard=2)
    async with anyio.create_task_group() as group:
        group.start_soon(drain, speaker, Call("a"))
        group.start_soon(drain, speaker, Call("b"))
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Overloaded) as refused:
            await drain(speaker, Call("c"))
        assert (refused.value.busy, refused.value.limit) == (2, 2)
        assert refused.value.retry_after_s
        assert engine.gate is not None
        engine.gate.set()


async def test_a_batch_is_refused_from_the_soft_limit_on() -> None:
    """Batches keep below the soft limit, listeners do not."""
    engine, speaker = admitted(slots=2, soft=1, hard=4)
    async with anyio.create_task_group() as group:
        group.start_soon(drain, speaker, Call("a"))
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Overloaded):
            await drain(speaker, Call("b", priority=Priority.BATCH))
        group.start_soon(drain, speaker, Call("c"))
        await anyio.wait_all_tasks_blocked()
        assert speaker.load.busy == 2
        assert engine.gate is not None
        engine.gate.set()


async def test_a_stream_that_has_begun_is_not_refused() -> None:
    """The next clause of a stream waits where a newcomer is turned away."""
    engine, speaker = admitted(slots=1, soft=1, hard=1)
    following = Utterance("world", follows=Passage("hello", "0"))
    async with anyio.create_task_group() as group:
        group.start_soon(drain, speaker, Call("a"))
        await anyio.wait_all_tasks_blocked()
        group.start_soon(drain, speaker, Call("b"), following)
        await anyio.wait_all_tasks_blocked()
        assert speaker.load.waiting == 1
        assert engine.gate is not None
        engine.gate.set()
    assert len(engine.asked) == 2


async def test_live_goes_before_batch() -> None:
    """A listener who comes later is served before a batch that waits."""
    engine, speaker = admitted(slots=1, soft=9, hard=9)
    async with anyio.create_task_group() as group:
        group.start_soon(drain, speaker, Call("first"))
        await anyio.wait_all_tasks_blocked()
        group.start_soon(
            drain, speaker, Call("b", priority=Priority.BATCH), Utterance("from the batch")
        )
        await anyio.wait_all_tasks_blocked()
        group.start_soon(drain, speaker, Call("c"), Utterance("from a listener"))
        await anyio.wait_all_tasks_blocked()
        assert engine.gate is not None
        engine.gate.set()
    assert [one.text for one in engine.asked][1:] == ["from a listener", "from the batch"]


async def test_whose_audio_is_due_first_goes_first() -> None:
    """A stream minutes ahead of its listener waits for one that is about to run dry."""
    engine, speaker = admitted(slots=1, soft=9, hard=9)
    async with anyio.create_task_group() as group:
        group.start_soon(drain, speaker, Call("first"))
        await anyio.wait_all_tasks_blocked()
        for text, due in (("far ahead", 90.0), ("nearly dry", 10.0), ("new", 20.0), ("too", 20.0)):
            group.start_soon(drain, speaker, Call(text, due=due), Utterance(text))
            await anyio.wait_all_tasks_blocked()
        assert engine.gate is not None
        engine.gate.set()
    assert [one.text for one in engine.asked][1:] == ["nearly dry", "new", "too", "far ahead"]


async def test_a_deadline_strikes_while_waiting_and_while_speaking() -> None:
    """A deadline in the past ends the call wherever it is, and gives the slot back."""
    engine, speaker = admitted(slots=1, soft=9, hard=9)
    async with anyio.create_task_group() as group:
        group.start_soon(drain, speaker, Call("a"))
        await anyio.wait_all_tasks_blocked()
        late = Call("late", deadline=anyio.current_time())
        with pytest.raises(DeadlineExceeded):
            await drain(speaker, late)
        assert (speaker.load.busy, speaker.load.waiting) == (1, 0)
        assert engine.gate is not None
        engine.gate.set()
    engine.gate = anyio.Event()
    with pytest.raises(DeadlineExceeded):
        await drain(speaker, Call("b", deadline=anyio.current_time()))
    assert speaker.load.busy == 0


async def test_a_waiter_that_leaves_takes_nobodys_turn() -> None:
    """Cancelling a call in the queue leaves the others in order."""
    engine, speaker = admitted(slots=1, soft=9, hard=9)
    async with anyio.create_task_group() as group:
        group.start_soon(drain, speaker, Call("a"))
        await anyio.wait_all_tasks_blocked()
        async with anyio.create_task_group() as leaving:
            leaving.start_soon(drain, speaker, Call("b"), Utterance("left"))
            await anyio.wait_all_tasks_blocked()
            group.start_soon(drain, speaker, Call("c"), Utterance("stayed"))
            await anyio.wait_all_tasks_blocked()
            leaving.cancel_scope.cancel()
        assert speaker.load.waiting == 1
        assert engine.gate is not None
        engine.gate.set()
    assert [one.text for one in engine.asked] == ["hello", "stayed"]
    assert speaker.load.busy == 0


async def test_an_engine_that_breaks_gives_its_slot_back() -> None:
    """Any error leaves the slot free and comes out bare."""
    engine, speaker = admitted(slots=1, soft=1, hard=1)
    engine.gate, engine.fail_at = None, 1
    with pytest.raises(RuntimeError, match="broken"):
        await drain(speaker, Call("a"))
    assert speaker.load.busy == 0


def test_limits_follow_the_slots() -> None:
    """Without settings the limits come from the engine's card."""
    card = replace(CARD, slots=8, queue=16)
    assert Limits.of(card) == Limits(slots=8, soft=8, hard=24)
    assert Limits.of(card, soft=99, hard=10) == Limits(slots=8, soft=10, hard=10)
