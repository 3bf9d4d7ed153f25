"""The desk: one thread owns the device, others leave word, and nobody waits for a stopped one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from antiphon.engines.glm.desk import MOST_ERRANDS, Desk
from antiphon.engines.glm.plans import (
    Code,
    Ended,
    Event,
    Failed,
    Freed,
    Job,
    Result,
    Sound,
    Step,
    Wave,
)
from antiphon.engines.glm.prompt import Bounds
from antiphon.engines.glm.scheduler import Scheduler
from antiphon.errors import EngineNotReady, Overloaded

JOB = Job((1, 2), Bounds(1, 5), 0, "somebody")
PATIENCE_S = 10.0


class Counting:
    """Says five codes and a sound; a test may hold it."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.held = threading.Event()
        self.threads: set[str] = set()

    def run(self, step: Step, is_left: Callable[[], bool]) -> Result:
        """One step, once it is free."""
        self.threads.add(threading.current_thread().name)
        self.held.set()
        assert self.free.wait(PATIENCE_S)
        return Wave(b"\0\0") if isinstance(step, Sound) else Code(1)


@pytest.fixture
def runner() -> Counting:
    """A runner that is free."""
    return Counting()


@pytest.fixture
def desk(runner: Counting) -> Iterator[Desk]:
    """A desk that is closed after the test."""
    opened = Desk(Scheduler(), runner)
    yield opened
    runner.free.set()
    opened.close()


def told_by(desk: Desk) -> tuple[list[Event], threading.Event]:
    """Enter a job; what is told of it, and when the last is."""
    told: list[Event] = []
    freed = threading.Event()

    def tell(event: Event) -> None:
        told.append(event)
        if isinstance(event, Freed):
            freed.set()

    desk.enter(JOB, tell)
    return told, freed


def test_jobs_run_in_the_thread_of_the_desk(desk: Desk, runner: Counting) -> None:
    """In that one and no other; the last thing told is that all is free."""
    told, freed = told_by(desk)
    assert freed.wait(PATIENCE_S)
    assert told[-2:] == [Ended("length", (1,) * 5), Freed()]
    assert runner.threads == {"antiphon-glm"}
    assert desk.inside == 0


def test_errands_are_done_between_steps_and_bounded(desk: Desk, runner: Counting) -> None:
    """Their errors come to who asked; more than so many at once are refused."""
    assert desk.errand(lambda: 6 * 7).result(PATIENCE_S) == 42
    with pytest.raises(ZeroDivisionError):
        desk.errand(lambda: 1 // 0).result(PATIENCE_S)
    runner.free.clear()
    runner.held.clear()
    told_by(desk)
    assert runner.held.wait(PATIENCE_S)
    waiting = [desk.errand(lambda: None) for _ in range(MOST_ERRANDS)]
    with pytest.raises(Overloaded):
        desk.errand(lambda: None)
    runner.free.set()
    assert [each.result(PATIENCE_S) for each in waiting] == [None] * MOST_ERRANDS


def test_closing_leaves_nobody_waiting(desk: Desk, runner: Counting) -> None:
    """Jobs fail, errands are refused, and so is whoever comes later."""
    runner.free.clear()
    runner.held.clear()
    told, freed = told_by(desk)
    assert runner.held.wait(PATIENCE_S)
    errand = desk.errand(lambda: None)
    closing = threading.Thread(target=desk.close)
    closing.start()
    while desk.is_alive:  # until it has been told to close
        pass
    runner.free.set()
    closing.join(PATIENCE_S)
    assert freed.is_set()
    assert isinstance(told[-2], Failed)
    with pytest.raises(EngineNotReady):
        errand.result(PATIENCE_S)
    with pytest.raises(EngineNotReady):
        told_by(desk)
