"""Speaks one utterance to one listener, in the format and envelope asked for."""

from __future__ import annotations

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
from antiphon.errors import DeadlineExceeded, EngineFailed, NothingToSay
from antiphon.speech import Audio, Call, Finished, Frame, Started, Utterance


@dataclass(frozen=True, slots=True)
class Plan:
    """What to say and how to send it; `ignored` lists what the dialect takes but cannot honour."""

    utterance: Utterance
    format: Format
    rate: int
    envelope: Envelope
    ignored: tuple[str, ...] = ()


class Answer:
    """One call on its way up the staircase and back."""

    def __init__(self, house: House, plan: Plan, listener: Listener, asked_at_s: float) -> None:
        self._house, self._plan, self._listener = house, plan, listener
        self._asked_at_s = asked_at_s
        self._playout = Playout()
        self._sending_s = 0.0
        self._samples = 0
        self._started: Started | None = None
        self._finished: Finished | None = None
        self._rendition: Rendition | None = None
        self._heard = False
        self._words: list[Word] = []

    @property
    def audio_s(self) -> float:
        """Seconds of audio so far."""
        return self._samples / self._started.rate if self._started else 0.0

    async def speak(self, call: Call) -> None:
        """Speak to the end; leaving cancels; raises `SpeechError`."""
        try:
            await self._ask(call)
            await self._end()
        finally:
            if self._rendition is not None:
                self._house.metrics.played(self._playout, self.audio_s)

    async def _ask(self, call: Call) -> None:
        deadline = anyio.current_time() + self._house.settings.first_audio_timeout_s
        speaker = self._house.staircase.speaker
        # The scope stands outside the context, so that scopes inside it end first.
        with anyio.CancelScope(deadline=deadline) as waiting:
            async with speaker.speak(self._plan.utterance, call) as frames:
                await self._follow(frames, waiting)
        if waiting.cancelled_caught:
            raise DeadlineExceeded("the first audio")

    async def _follow(self, frames: AsyncIterator[Frame], waiting: anyio.CancelScope) -> None:
        async for frame in frames:
            match frame:
                case Started():
                    self._started = frame
                case Audio() if frame.pcm:
                    waiting.deadline = math.inf
                    await self._pass_on(frame)
                case Finished():
                    self._finished = frame

    async def _pass_on(self, frame: Audio) -> None:
        if self._started is None:
            raise EngineFailed("the engine gave audio without having taken the call")
        rendition = self._rendition or await self._begin(self._started)
        data = await rendition.encode(frame.pcm)
        self._samples += frame.samples
        self._words += (
            Word(mark.start, mark.end, round(mark.sample / self._started.rate, 4))
            for mark in frame.marks
        )
        # Time spent sending is the listener's own doing and makes no frame late.
        now_s = time.monotonic() - self._sending_s
        self._playout.arrives(now_s, frame.samples / self._started.rate)
        await self._send(data)

    async def _begin(self, started: Started) -> Rendition:
        plan = self._plan
        self._rendition = await Rendition.open(
            plan.format, started.rate, plan.rate, self._house.threads
        )
        headers = {"cache-control": "no-store", "x-sample-rate": str(plan.rate)}
        if ignored := dict.fromkeys((*plan.ignored, *started.ignored)):
            names = ", ".join(ignored)
            headers["x-ignored"] = "".join(c for c in names if " " <= c <= "~")[:1000]
        await self._listener.begin(plan.envelope, plan.format.media_type, headers)
        return self._rendition

    async def _send(self, data: bytes) -> None:
        if not data:
            return
        before_s = time.monotonic()
        words, self._words = tuple(self._words), []
        await self._listener.piece(data, words)
        self._sending_s += time.monotonic() - before_s
        if not self._heard:
            self._heard = True
            self._house.metrics.first_audio.observe(time.monotonic() - self._asked_at_s)

    async def _end(self) -> None:
        if self._finished is None:
            raise EngineFailed("the engine stopped before the end")
        if self._rendition is None:
            raise NothingToSay
        await self._send(await self._rendition.finish())
        text = self._plan.utterance.text
        characters = len(text) if isinstance(text, str) else self._finished.characters
        usage = Usage.of(characters, self.audio_s)
        await self._listener.done(usage, self._finished.reason)
