"""The step that cuts text into clauses, once, and asks below for one after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Protocol

from antiphon.errors import NothingToSay
from antiphon.pipeline.delivery import Share, delivered
from antiphon.pipeline.lead import Lead
from antiphon.pipeline.prepared import Prepared
from antiphon.producing import Put, produced
from antiphon.speech import (
    Ability,
    Audio,
    Call,
    Card,
    Finished,
    Frame,
    Mark,
    Passage,
    Speaker,
    Started,
    Style,
    Utterance,
    digest,
    seeded,
)
from antiphon.text.markup import PLAIN, Break, Manner
from antiphon.text.normalization import Spoken
from antiphon.text.pronouncing import Pronouncer, Told
from antiphon.text.reading import Phrase, Reading
from antiphon.text.segmentation import ClausePlan

# The next clause is asked for when less than this is left to take: enough for a slow engine to
# start speaking, little enough that a listener who leaves has cost little.
LEAD_S = 4.0
# A clause that is being made may wait here whole, so that a slow listener holds no slot.
FRAMES_WAITING = 512
SILENT_FRAME_S = 0.2


class Normalizing(Protocol):
    """Turns written text into spoken text, off the event loop."""

    async def normalize(self, text: str, language: str | None, respell: bool) -> Spoken:
        """What is said for what is written; never raises.

        `respell` asks for text that an engine without `Ability.PRONUNCIATIONS` reads right.
        """
        ...


class Phrased:
    """A Speaker for text of any length, whole or arriving, over a Speaker of clauses."""

    def __init__(
        self, below: Speaker, normalizer: Normalizing, card: Card, plan: ClausePlan | None = None
    ) -> None:
        self._below = below
        self._normalizer = normalizer
        self._card = card
        self._plan = plan or ClausePlan()

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """Speak clause by clause; raises `NothingToSay`, and what the step below raises."""
        reading = Reading(utterance.text, self._plan)
        pronouncer = Pronouncer(utterance.pronunciations)
        performance = _Performance(self._below, self._card, utterance, call)

        async def prepare(put: Put[Prepared | Break]) -> None:
            async with aclosing(reading.out()) as items:
                async for item in items:
                    if isinstance(item, Break):
                        await put(item)
                        continue
                    prepared = await self._prepared(item, utterance.language, pronouncer)
                    for part in prepared.parts(self._plan):
                        await put(part)

        async def perform(put: Put[Frame]) -> None:
            async with produced(prepare, buffer=1) as items:
                async for item in items:
                    if isinstance(item, Break):
                        performance.pause(item.seconds)
                    else:
                        await performance.say(item, reading.ignored, put)
            await performance.finish(put)

        async with (
            produced(perform, FRAMES_WAITING) as frames,
            aclosing(performance.lead.taken(frames)) as taken,
        ):
            yield taken

    async def _prepared(
        self, phrase: Phrase, language: str | None, pronouncer: Pronouncer
    ) -> Prepared:
        language = phrase.manner.language or language
        respell = Ability.PRONUNCIATIONS not in self._card.abilities
        told = Told.of(phrase.text, pronouncer, phrase.decided)
        spoken = await self._normalizer.normalize(told.spoken.text, language, respell)
        left = () if respell else tuple(dict.fromkeys(one.pair for one in told.readings))
        return Prepared(phrase, told.said(spoken, respell), left)


class _Performance:
    """One utterance being spoken: where it is in the text and in the audio."""

    def __init__(self, below: Speaker, card: Card, utterance: Utterance, call: Call) -> None:
        self.lead = Lead()
        self._below = below
        self._card = card
        self._utterance = utterance
        self._call = call
        self._follows = utterance.follows
        self._rate = 0
        self._playing_since = 0.0
        self._pause_s = 0.0
        self._said = Finished(clauses=0)
        self._span = (-1, -1)

    def pause(self, seconds: float) -> None:
        """Be silent for so long before the next clause."""
        self._pause_s += seconds

    async def say(self, prepared: Prepared, ignored: tuple[str, ...], put: Put[Frame]) -> None:
        """Ask below for one clause and hand on its frames as part of the whole."""
        await self.lead.below(int(LEAD_S * self._rate))
        style = _manner(self._utterance.style, prepared.phrase.manner)
        share = Share.of(style, self._card)
        part = self._part(prepared, share.asked)
        async with (
            self._below.speak(part, replace(self._call, due=self._due())) as frames,
            aclosing(delivered(frames, share)) as delivery,
        ):
            async for frame in delivery:
                match frame:
                    case Started():
                        await self._start(frame, ignored, put)
                    case Audio():
                        await self._hear(frame, prepared, put)
                    case Finished():
                        self._add(frame, prepared)
        self._follows = Passage(part.whole, digest(part), self._said.memory)

    async def finish(self, put: Put[Frame]) -> None:
        """Close the whole; raises `NothingToSay` when there was no clause in it."""
        if self._said.clauses == 0:
            raise NothingToSay
        await self._be_silent(put)
        await put(self._said)

    def _due(self) -> float:
        """When the listener would notice a gap: at once, or when what was made is played out."""
        if not self._rate:
            return asyncio.get_running_loop().time()
        return self._playing_since + self._said.samples / self._rate

    def _part(self, prepared: Prepared, style: Style) -> Utterance:
        language = prepared.phrase.manner.language or self._utterance.language
        return seeded(
            replace(
                self._utterance,
                text=prepared.spoken.text,
                follows=self._follows,
                language=language,
                style=style,
                pronunciations=prepared.pronunciations,
            )
        )

    async def _start(self, frame: Started, ignored: tuple[str, ...], put: Put[Frame]) -> None:
        if not self._rate:
            self._rate, self._playing_since = frame.rate, asyncio.get_running_loop().time()
            await put(replace(frame, ignored=(*frame.ignored, *ignored)))
        await self._be_silent(put)

    async def _be_silent(self, put: Put[Frame]) -> None:
        """Give the pause that is due, in frames of which each can be left."""
        while self._pause_s > 0:
            pcm = bytes(2 * round(min(self._pause_s, SILENT_FRAME_S) * self._rate))
            self._pause_s -= SILENT_FRAME_S
            self._said = replace(self._said, samples=self._said.samples + len(pcm) // 2)
            await self._put(Audio(pcm), put)
        self._pause_s = 0.0

    async def _hear(self, frame: Audio, prepared: Prepared, put: Put[Frame]) -> None:
        """Hand on audio, with its marks moved from the spoken clause to the written whole."""
        placed = []
        for mark in frame.marks:
            span = prepared.written(mark)
            if span != self._span:  # each written word once, however many are spoken for it
                placed.append(Mark(*span, self._said.samples + mark.sample))
                self._span = span
        await self._put(Audio(frame.pcm, tuple(placed)), put)

    async def _put(self, frame: Audio, put: Put[Frame]) -> None:
        self.lead.made(frame)
        await put(frame)

    def _add(self, finished: Finished, prepared: Prepared) -> None:
        said = self._said
        self._said = Finished(
            reason=finished.reason if said.reason == "complete" else said.reason,
            characters=said.characters + prepared.characters,
            samples=said.samples + finished.samples,
            clauses=said.clauses + 1,
            memory=finished.memory,
        )


def _manner(style: Style, manner: Manner) -> Style:
    """The style of the whole, with what the writer marked on this phrase."""
    if manner == PLAIN:
        return style
    if manner.emotion is not None:  # it was marked here, so it wins over a recording's
        strength = style.strength if manner.strength is None else manner.strength
        style = replace(style, emotion=manner.emotion, reference=None, strength=strength)
    return replace(
        style,
        pace=style.pace * manner.pace,
        pitch=style.pitch + manner.pitch,
        energy=style.energy + manner.energy,
    )
