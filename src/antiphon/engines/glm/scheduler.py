"""Decides what the device does next, and records what it did: plain Python, under one lock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from antiphon.engines.glm.plans import (
    COMPLETE,
    LENGTH,
    RUNAWAY,
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
    Result,
    Sound,
    Speak,
    Step,
    Wave,
)

MOST_UNHEARD = 4  # blocks made and not taken; a sequence with so many waits
RECENT = 16  # codes that sampling may look back at


@dataclass(slots=True)
class Sequence:
    """All that is known of one job under way.

    `reason` is why no more tokens come, None while they do; `over` when nothing more is done for
    it but to free what it holds.
    """

    number: int
    job: Job
    codes: list[int] = field(default_factory=list)
    blocks: int = 0
    unheard: int = 0
    reason: str | None = None
    over: bool = False


class Scheduler:
    """Takes turns among the sequences: a block of sound that is due, else one token."""

    def __init__(self, plan: BlockPlan | None = None, guard: Guard | None = None) -> None:
        self._plan, self._guard = plan or BlockPlan(), guard or Guard()
        self._turns: deque[Sequence] = deque()
        self._numbers = 0

    @property
    def inside(self) -> int:
        """How many sequences hold something."""
        return len(self._turns)

    def add(self, job: Job) -> int:
        """Take a job; returns its number, which is never used again."""
        self._numbers += 1
        self._turns.append(Sequence(self._numbers, job))
        return self._numbers

    def take(self, number: int) -> None:
        """A block was heard, so that there is room for another."""
        if (sequence := self._find(number)) is not None:
            sequence.unheard -= 1

    def leave(self, number: int) -> None:
        """Nobody wants the sequence any more: the next step frees it."""
        if (sequence := self._find(number)) is not None:
            sequence.over = True

    def next(self) -> Step | None:
        """What to do now; None when every sequence waits for a listener, or there is none."""
        for _ in range(len(self._turns)):
            sequence = self._turns[0]
            self._turns.rotate(-1)
            if (step := self._step(sequence)) is not None:
                return step
        return None

    def commit(self, step: Step, result: Result) -> list[Event]:
        """Record what a step gave; what the listener is to be told comes back."""
        sequence = self._find(step.number)
        if sequence is None:
            return []
        if isinstance(step, Free):
            self._turns.remove(sequence)
            return [Freed()]
        if sequence.over:
            return []
        match result:
            case Code(code):
                return self._spoken(sequence, code)
            case Wave(pcm):
                return self._sounded(sequence, step, pcm)
        return []

    def fail(self, step: Step, why: str) -> list[Event]:
        """Record that a step broke."""
        sequence = self._find(step.number)
        if sequence is None or isinstance(step, Free):
            return self.commit(step, None)
        told: list[Event] = [] if sequence.over else [Failed(why)]
        sequence.over = True
        return told

    def _find(self, number: int) -> Sequence | None:
        return next((one for one in self._turns if one.number == number), None)

    def _step(self, sequence: Sequence) -> Step | None:
        codes = sequence.codes
        if sequence.over:
            return Free(sequence.number)
        is_due = len(codes) >= self._plan.due(sequence.blocks)
        if not is_due and sequence.reason is None:
            last = codes[-1] if codes else None
            recent = tuple(codes[-RECENT:])
            return Speak(sequence.number, sequence.job, len(codes), last, recent)
        if sequence.unheard >= MOST_UNHEARD:
            return None
        is_last = sequence.reason is not None
        final = len(codes) - (0 if is_last else self._plan.look_ahead)
        return Sound(sequence.number, sequence.job, tuple(codes), final, is_last)

    def _spoken(self, sequence: Sequence, code: int | None) -> list[Event]:
        is_first = not sequence.codes
        if code is None:
            sequence.reason = COMPLETE
        else:
            sequence.codes.append(code)
            if self._guard.trips(sequence.codes):
                sequence.reason = RUNAWAY
            elif len(sequence.codes) >= sequence.job.bounds.most:
                sequence.reason = LENGTH
        return [Begun()] if is_first else []

    def _sounded(self, sequence: Sequence, step: Step, pcm: bytes) -> list[Event]:
        sequence.blocks += 1
        events: list[Event] = []
        if pcm:
            sequence.unheard += 1
            events.append(Heard(pcm))
        if isinstance(step, Sound) and step.is_last:
            sequence.over = True
            events.append(Ended(sequence.reason or COMPLETE, step.codes))
        return events
