"""Speaks one utterance to one listener, in the format and envelope asked for."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import anyio

from antiphon.audio.encoding import Format
from antiphon.edge.envelopes import Envelope, Usage, Word
from antiphon.edge.house import House
from antiphon.edge.listener import Listener
from antiphon.edge.playout import Playout
from antiphon.edge.renditions import Rendition
from antiphon.edge.shelf import Draft, Kept, Key, Shelf, Slice
from antiphon.errors import DeadlineExceeded, EngineFailed, NothingToSay
from antiphon.speech import (
    Audio,
    CachePolicy,
    Call,
    Finished,
    Frame,
    Started,
    Utterance,
    digest,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to say and how to send it.

    `ignored` lists what the dialect takes but cannot honour; `style` tells what was understood of
    a request in plain words.
    """

    utterance: Utterance
    format: Format
    rate: int
    envelope: Envelope
    ignored: tuple[str, ...] = ()
    style: str = ""

    def key(self, owner: str) -> Key | None:
        """Under which the answer is kept; text that is still arriving has no name yet."""
        if not isinstance(self.utterance.text, str):
            return None
        said = self.utterance
        recordings = tuple(each for each in (said.recording, said.style.reference) if each)
        return Key(digest(said), self.format.name, self.rate, recordings, owner)


class Answer:
    """One call on its way up the staircase and back, or straight from the shelf."""

    def __init__(
        self,
        house: House,
        plan: Plan,
        listener: Listener,
        asked_at_s: float,
        shelf: Shelf | None = None,
    ) -> None:
        self._house, self._plan, self._listener = house, plan, listener
        self._asked_at_s = asked_at_s
        self._shelf = Shelf(0) if shelf is None else shelf
        self._playout = Playout()
        self._sending_s = 0.0
        self._samples = 0
        self._audio_s = 0.0
        self._started: Started | None = None
        self._finished: Finished | None = None
        self._rendition: Rendition | None = None
        self._begun = self._heard = False
        self._words: list[Word] = []

    async def speak(self, call: Call) -> None:
        """Speak to the end; leaving cancels; raises `SpeechError`."""
        key = self._plan.key(call.owner) if call.cache is CachePolicy.USE else None
        try:
            if (kept := self._shelf.find(key)) is not None:
                await self._repeat(kept)
            else:
                with self._shelf.draft(key) as draft:
                    await self._ask(call, draft)
                    await self._end(draft)
        finally:
            if self._begun:
                self._house.metrics.played(self._playout, self._audio_s)

    async def _repeat(self, kept: Kept) -> None:
        await self._begin(kept.started, "hit")
        for piece in kept.slices:
            self._audio_s = piece.until_s
            await self._send(piece)
        await self._listener.done(kept.usage, kept.reason)

    async def _ask(self, call: Call, draft: Draft) -> None:
        deadline = asyncio.get_running_loop().time() + self._house.settings.first_audio_timeout_s
        speaker = self._house.staircase.speaker
        # The scope stands outside the context, so that scopes inside it end first.
        with anyio.CancelScope(deadline=deadline) as waiting:
            async with speaker.speak(self._plan.utterance, call) as frames:
                await self._follow(frames, waiting, draft)
        if waiting.cancelled_caught:
            raise DeadlineExceeded("the next audio" if self._begun else "the first audio")

    async def _follow(
        self, frames: AsyncIterator[Frame], waiting: anyio.CancelScope, draft: Draft
    ) -> None:
        async for frame in frames:
            match frame:
                case Started():
                    self._started = frame
                case Audio() if frame.pcm:
                    waiting.deadline = math.inf  # the time to send is the listener's own
                    await self._pass_on(frame, draft)
                    patience_s = self._house.settings.next_audio_timeout_s
                    waiting.deadline = asyncio.get_running_loop().time() + patience_s
                case Finished():
                    self._finished = frame

    async def _pass_on(self, frame: Audio, draft: Draft) -> None:
        if self._started is None:
            raise EngineFailed("the engine gave audio without having taken the call")
        rendition = self._rendition or await self._open(self._started)
        data = await rendition.encode(frame.pcm)
        rate = self._started.rate
        self._samples += frame.samples
        self._audio_s = self._samples / rate
        self._words += (
            Word(mark.start, mark.end, round(mark.sample / rate, 4)) for mark in frame.marks
        )
        # Time spent sending is the listener's own doing and makes no frame late.
        self._playout.arrives(time.monotonic() - self._sending_s, frame.samples / rate)
        await self._give(data, draft)

    async def _open(self, started: Started) -> Rendition:
        plan = self._plan
        self._rendition = await Rendition.open(
            plan.format, started.rate, plan.rate, self._house.threads
        )
        await self._begin(started, "miss")
        return self._rendition

    async def _begin(self, started: Started, cache: str) -> None:
        plan = self._plan
        headers = {
            "cache-control": "no-store",
            "x-cache": cache,
            "x-engine": started.engine,
            "x-voice-likeness": started.likeness,
            "x-sample-rate": str(plan.rate),
        }
        if names := ", ".join(dict.fromkeys((*plan.ignored, *started.ignored))):
            headers["x-ignored"] = "".join(c for c in names if " " <= c <= "~")[:1000]
        if plan.style:
            headers["x-style"] = plan.style
        self._begun = True
        await self._listener.begin(plan.envelope, plan.format.media_type, headers)

    async def _give(self, data: bytes, draft: Draft) -> None:
        if data:
            words, self._words = tuple(self._words), []
            piece = Slice(data, words, self._audio_s)
            draft.add(piece)
            await self._send(piece)

    async def _send(self, piece: Slice) -> None:
        before_s = time.monotonic()
        await self._listener.piece(piece.data, piece.words)
        self._sending_s += time.monotonic() - before_s
        if not self._heard:
            self._heard = True
            self._house.metrics.first_audio.observe(time.monotonic() - self._asked_at_s)

    async def _end(self, draft: Draft) -> None:
        if self._started is None or self._finished is None:
            raise EngineFailed("the engine stopped before the end")
        if self._rendition is None:
            raise NothingToSay
        await self._give(await self._rendition.finish(), draft)
        text, reason = self._plan.utterance.text, self._finished.reason
        characters = len(text) if isinstance(text, str) else self._finished.characters
        usage = Usage.of(characters, self._audio_s)
        await self._listener.done(usage, reason)
        # What was cut short, or came from another model than the one asked for, is not the answer.
        if reason == "complete" and self._started.model == self._plan.utterance.model:
            draft.keep(self._started, usage, reason)
