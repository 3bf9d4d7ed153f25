"""The scheduler: what comes next, and how it ends; no model and no torch."""

from __future__ import annotations

import pytest

from antiphon.engines.glm.plans import (
    Begun,
    BlockPlan,
    Code,
    Ended,
    Event,
    Failed,
    Free,
    Freed,
    Guard,
    Heard,
    Job,
    Sound,
    Speak,
    Step,
    Wave,
)
from antiphon.engines.glm.prompt import Bounds
from antiphon.engines.glm.scheduler import MOST_UNHEARD, Scheduler

PLAN = BlockPlan((4, 6), look_ahead=2)


def job(most: int = 40) -> Job:
    """Something to say in at most so many tokens."""
    return Job((1, 2, 3), Bounds(2, most), 0, "somebody")


def played(scheduler: Scheduler, tokens: int, steps: int = 1_000) -> list[Step | Event]:
    """Run a model that says `tokens` different codes, to a listener who takes at once."""
    said: list[Step | Event] = []
    for _ in range(steps):
        step = scheduler.next()
        if step is None:
            break
        said.append(step)
        match step:
            case Speak():
                events = scheduler.commit(step, Code(step.index if step.index < tokens else None))
            case Sound():
                events = scheduler.commit(step, Wave(b"\0\0"))
                scheduler.take(step.number)
            case Free():
                events = scheduler.commit(step, None)
        said += events
    return said


def test_sound_is_made_as_soon_as_a_block_is_due() -> None:
    """After 6, 12 and 18 tokens, less the look-ahead; the rest, all of it, at the end."""
    scheduler = Scheduler(PLAN)
    scheduler.add(job())
    said = played(scheduler, 20)
    sounds = [(len(step.codes), step.final) for step in said if isinstance(step, Sound)]
    assert sounds == [(6, 4), (12, 10), (18, 16), (20, 20)]
    assert isinstance(said[1], Begun)
    assert said[-3:] == [Ended("complete", tuple(range(20))), Free(1), Freed()]
    assert scheduler.inside == 0


def test_the_reasons_are_truthful() -> None:
    """The end token, the bound, and a run of few codes each have a name."""
    for most, tokens, guard, reason in (
        (40, 9, Guard(), "complete"),
        (8, 9, Guard(), "length"),
        (40, 30, Guard(window=10, kinds=10), "runaway"),
    ):
        scheduler = Scheduler(PLAN, guard)
        scheduler.add(job(most))
        (ended,) = [event for event in played(scheduler, tokens) if isinstance(event, Ended)]
        assert ended.reason == reason
        assert len(ended.codes) == min(most, tokens, guard.window)


def test_sequences_take_turns() -> None:
    """Neither of two has more than one step more than the other."""
    scheduler = Scheduler(PLAN)
    first, second = scheduler.add(job()), scheduler.add(job())
    steps = [step.number for step in played(scheduler, 12) if isinstance(step, Speak | Sound)]
    assert steps == [first, second] * (len(steps) // 2)


def test_a_listener_who_takes_nothing_stops_the_work() -> None:
    """So many blocks are made and no more, until one is taken."""
    scheduler = Scheduler(BlockPlan((1,), look_ahead=0))
    number = scheduler.add(job())
    blocks = 0
    while (step := scheduler.next()) is not None:
        result = Code(blocks) if isinstance(step, Speak) else Wave(b"\0\0")
        blocks += isinstance(step, Sound)
        scheduler.commit(step, result)
    assert blocks == MOST_UNHEARD
    scheduler.take(number)
    assert isinstance(scheduler.next(), Sound)


def test_leaving_frees_with_the_next_step() -> None:
    """Whatever was under way gives nothing more; only `Freed` is told."""
    scheduler = Scheduler(PLAN)
    number = scheduler.add(job())
    step = scheduler.next()
    assert isinstance(step, Speak)
    scheduler.leave(number)
    assert scheduler.commit(step, Code(1)) == []
    assert played(scheduler, 9) == [Free(number), Freed()]


def test_a_broken_step_fails_its_sequence_alone() -> None:
    """The other goes on to its end."""
    scheduler = Scheduler(PLAN)
    scheduler.add(job())
    scheduler.add(job())
    step = scheduler.next()
    assert step is not None
    assert scheduler.fail(step, "no memory") == [Failed("no memory")]
    ends = [event for event in played(scheduler, 9) if isinstance(event, Ended)]
    assert len(ends) == 1


def test_an_early_end_is_still_heard() -> None:
    """A speech shorter than the first block is sounded once, whole."""
    scheduler = Scheduler(PLAN)
    scheduler.add(job())
    said = played(scheduler, 3)
    assert [step.final for step in said if isinstance(step, Sound)] == [3]
    assert any(isinstance(event, Heard) for event in said)


def test_a_plan_by_which_nothing_comes_is_refused() -> None:
    """No sizes, an empty block, a negative look-ahead."""
    for sizes, look_ahead in (((), 0), ((0,), 0), ((5,), -1)):
        with pytest.raises(ValueError):
            BlockPlan(sizes, look_ahead)
