"""The one thread that owns the device: it takes jobs, and runs what the scheduler decides.

Everybody else only leaves word at the desk, under one lock that is never held while a step runs.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from antiphon.engines.glm.plans import Event, Failed, Freed, Job, Result, Step
from antiphon.engines.glm.scheduler import Scheduler
from antiphon.errors import EngineNotReady, Overloaded

T = TypeVar("T")
Tell = Callable[[Event], None]
MOST_ERRANDS = 32
STOPPING = "the engine is stopping, or its device has failed"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Errand:
    """Something to be done with the device, and whoever waits for it."""

    done: Future[Any]
    work: Callable[[], Any]

    def run(self) -> None:
        if not self.done.set_running_or_notify_cancel():
            return
        try:
            self.done.set_result(self.work())
        except Exception as error:  # the one who asked gets it
            self.done.set_exception(error)

    def refuse(self) -> None:
        if self.done.set_running_or_notify_cancel():
            self.done.set_exception(EngineNotReady(STOPPING))


class Running(Protocol):
    """Whoever runs steps: the runner, or what a test puts in its place."""

    def run(self, step: Step, is_left: Callable[[], bool]) -> Result:
        """Run one step."""
        ...


class Desk:
    """Takes jobs and errands from any thread; what becomes of a job is told from this one."""

    def __init__(self, scheduler: Scheduler, runner: Running) -> None:
        self._scheduler, self._runner = scheduler, runner
        self._word = threading.Condition()
        self._tells: dict[int, Tell] = {}
        self._left: set[int] = set()
        self._errands: deque[_Errand] = deque()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="antiphon-glm", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether a job would be taken."""
        return self._thread.is_alive() and not self._closing

    @property
    def inside(self) -> int:
        """How many jobs hold something."""
        return self._scheduler.inside

    def enter(self, job: Job, tell: Tell) -> int:
        """Take a job; `tell` is called in the desk's thread, and last of all with `Freed`."""
        with self._word:
            self._check()
            number = self._scheduler.add(job)
            self._tells[number] = tell
            self._word.notify()
        return number

    def take(self, number: int) -> None:
        """A block of sound was heard."""
        with self._word:
            self._scheduler.take(number)
            self._word.notify()

    def leave(self, number: int) -> None:
        """Nobody listens any more; the step under way is the last."""
        with self._word:
            if number in self._tells:
                self._scheduler.leave(number)
                self._left.add(number)
                self._word.notify()

    def errand(self, work: Callable[[], T]) -> Future[T]:
        """Do something with the device between two steps; raises `Overloaded`."""
        done: Future[T] = Future()
        with self._word:
            self._check()
            if len(self._errands) >= MOST_ERRANDS:
                raise Overloaded(len(self._errands), MOST_ERRANDS)
            self._errands.append(_Errand(done, work))
            self._word.notify()
        return done

    def close(self) -> None:
        """End the thread after the step under way; jobs inside are told that they failed."""
        with self._word:
            self._closing = True
            self._word.notify()
        self._thread.join()

    def _check(self) -> None:
        if not self.is_alive:
            raise EngineNotReady(STOPPING)

    def _work(self) -> None:
        try:
            while (next_up := self._next()) is not None:
                if isinstance(next_up, _Errand):
                    next_up.run()
                else:
                    self._run(next_up)
        finally:
            self._end()

    def _next(self) -> Step | _Errand | None:
        """What to do, when there is something; None to end."""
        with self._word:
            while not self._closing:
                if self._errands:
                    return self._errands.popleft()
                if (step := self._scheduler.next()) is not None:
                    return step
                self._word.wait()
        return None

    def _run(self, step: Step) -> None:
        try:
            result = self._runner.run(step, lambda: self._closing or step.number in self._left)
        except Exception as error:  # whatever a device can raise must not end the thread
            log.exception("a step broke")
            with self._word:
                events = self._scheduler.fail(step, str(error) or type(error).__name__)
        else:
            with self._word:
                events = self._scheduler.commit(step, result)
        for event in events:
            self._tell(step.number, event)

    def _tell(self, number: int, event: Event) -> None:
        with self._word:
            tell = self._tells.get(number)
            if isinstance(event, Freed):
                self._tells.pop(number, None)
                self._left.discard(number)
        if tell is not None:
            tell(event)

    def _end(self) -> None:
        with self._word:
            self._closing = True
            tells, self._tells = list(self._tells.values()), {}
            errands, self._errands = list(self._errands), deque()
        for tell in tells:
            tell(Failed("the engine is stopping"))
            tell(Freed())
        for errand in errands:
            errand.refuse()
