"""The step that cuts text into clauses, once, and asks below for one after another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from antiphon.errors import EngineFailed, NothingToSay
from antiphon.pipeline.lead import Lead
from antiphon.producing import Put, produced
from antiphon.speech import (
    Audio,
    Call,
    Finished,
    Frame,
    Mark,
    Passage,
    Speaker,
    Started,
    Utterance,
    digest,
    seeded,
)
from antiphon.text.normalization import Spoken
from antiphon.text.segmentation import Clause, ClausePlan, clauses

# The next clause is asked for when less than this is left to take: enough for a slow engine to
# start speaking, little enough that a listener who leaves has cost little.
LEAD_S = 4.0
# A clause that is being made may wait here whole, so that a slow listener holds no slot.
FRAMES_WAITING = 512


class Normalizing(Protocol):
    """Turns written text into spoken text, off the event loop."""

    async def normalize(self, text: str, language: str | None) -> Spoken:
        """What is said for what is written; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A clause as written, and as it will be spoken."""

    clause: Clause
    spoken: Spoken


class Phrased:
    """A Speaker for text of any length, whole or arriving, over a Speaker of clauses."""

    def __init__(
        self, below: Speaker, normalizer: Normalizing, plan: ClausePlan | None = None
    ) -> None:
        self._below = below
        self._normalizer = normalizer
        self._plan = plan or ClausePlan()

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """Speak clause by clause; raises `NothingToSay`, and what the step below raises."""
        performance = _Performance(self._below, utterance, call)

        async def prepare(put: Put[Prepared]) -> None:
            async with aclosing(clauses(utterance.text, self._plan)) as found:
                async for clause in found:
                    spoken = await self._normalizer.normalize(clause.text, utterance.language)
                    await put(Prepared(clause, spoken))

        async def perform(put: Put[Frame]) -> None:
            async with produced(prepare, buffer=1) as prepared:
                async for one in prepared:
                    await performance.say(one, put)
            await performance.finish(put)

        async with (
            produced(perform, FRAMES_WAITING) as frames,
            aclosing(performance.lead.taken(frames)) as taken,
        ):
            yield taken


class _Performance:
    """One utterance being spoken: where it is in the text and in the audio."""

    def __init__(self, below: Speaker, utterance: Utterance, call: Call) -> None:
        self.lead = Lead()
        self._below = below
        self._utterance = utterance
        self._call = call
        self._follows = utterance.follows
        self._rate = 0
        self._said = Finished(clauses=0)
        self._span = (-1, -1)

    async def say(self, prepared: Prepared, put: Put[Frame]) -> None:
        """Ask below for one clause and hand on its frames as part of the whole."""
        await self.lead.below(int(LEAD_S * self._rate))
        part = self._part(prepared.spoken.text)
        finished = None
        async with self._below.speak(part, self._call) as frames:
            async for frame in frames:
                if isinstance(frame, Audio):
                    placed = replace(frame, marks=self._placed(frame, prepared), progress=None)
                    self.lead.made(placed)
                    await put(placed)
                elif isinstance(frame, Finished):
                    finished = frame
                else:
                    await self._start(frame, put)
        if finished is None:
            raise EngineFailed("the engine stopped in the middle of a clause")
        self._follows = Passage(prepared.spoken.text, digest(part))
        self._add(finished, prepared)

    async def finish(self, put: Put[Frame]) -> None:
        """Close the whole; raises `NothingToSay` when there was no clause in it."""
        if self._said.clauses == 0:
            raise NothingToSay
        await put(self._said)

    def _part(self, text: str) -> Utterance:
        return seeded(replace(self._utterance, text=text, follows=self._follows))

    async def _start(self, frame: Started, put: Put[Frame]) -> None:
        if not self._rate:
            self._rate = frame.rate
            await put(frame)

    def _placed(self, frame: Audio, prepared: Prepared) -> tuple[Mark, ...]:
        """Marks moved from the spoken clause to the written whole, each written word once."""
        placed = []
        for mark in frame.marks:
            start, end = _written(prepared, mark)
            offset = prepared.clause.start
            span = (offset + start, offset + end)
            if span != self._span:
                placed.append(Mark(*span, self._said.samples + mark.sample))
                self._span = span
        return tuple(placed)

    def _add(self, finished: Finished, prepared: Prepared) -> None:
        said = self._said
        self._said = Finished(
            reason=finished.reason if said.reason == "complete" else said.reason,
            characters=said.characters + len(prepared.clause.text),
            samples=said.samples + finished.samples,
            clauses=said.clauses + 1,
        )


def _written(prepared: Prepared, mark: Mark) -> tuple[int, int]:
    """Where the word of a mark stands in the clause as written; a number stands there whole."""
    source, origins = prepared.clause.text, prepared.spoken.origins
    last = len(prepared.spoken.text)
    first = min(mark.start, last)
    after = min(max(mark.end, first + 1), last)
    while after < last and origins[after] == origins[after - 1]:
        after += 1
    start, end = origins[first], origins[after]
    word = source[start:end]
    return end - len(word.lstrip()), start + len(word.rstrip())
