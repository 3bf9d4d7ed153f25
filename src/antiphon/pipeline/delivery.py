"""What an engine's card says it cannot do, done to its audio: pace and energy."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import anyio.to_thread

from antiphon.errors import EngineFailed
from antiphon.speech import Ability, Audio, Card, Finished, Frame, Mark, Started, Style

if TYPE_CHECKING:
    from antiphon.audio.tempo import Tempo


@dataclass(frozen=True, slots=True)
class Share:
    """A style divided: what the engine is asked for, and what is left to do to its audio."""

    asked: Style
    pace: float
    energy: float

    @classmethod
    def of(cls, style: Style, card: Card) -> Share:
        """The engine does what it can; a pace beyond its range is reached by stretching."""
        slowest, fastest = card.paces
        pace = min(fastest, max(slowest, style.pace))
        own_energy = Ability.ENERGY in card.abilities
        asked = replace(style, pace=pace, energy=style.energy if own_energy else 0.0)
        return cls(asked, round(style.pace / pace, 3), 0.0 if own_energy else style.energy)

    @property
    def untouched(self) -> bool:
        """Whether the engine's audio is already what was asked for."""
        return self.pace == 1 and self.energy == 0


class Delivery:
    """Works on the frames of one clause, off the event loop."""

    def __init__(self, share: Share, rate: int) -> None:
        self._share = share
        self._rate = rate
        self._tempo: Tempo | None = None
        self._samples = 0

    async def audio(self, frame: Audio) -> Audio:
        """The frame as it will be heard; some of it may come with a later one."""
        pcm = await anyio.to_thread.run_sync(self._work, frame.pcm)
        marks = tuple(
            Mark(mark.start, mark.end, int(mark.sample / self._share.pace)) for mark in frame.marks
        )
        return Audio(self._counted(pcm), marks)

    async def finish(self, finished: Finished) -> list[Frame]:
        """What was held back, and an end whose count is true."""
        pcm = await anyio.to_thread.run_sync(self._rest)
        rest: list[Frame] = [Audio(self._counted(pcm))] if pcm else []
        return [*rest, replace(finished, samples=self._samples)]

    def _counted(self, pcm: bytes) -> bytes:
        self._samples += len(pcm) // 2
        return pcm

    def _work(self, pcm: bytes) -> bytes:
        if self._share.pace != 1:
            self._tempo = self._tempo or self._open()
            pcm = self._tempo.stretch(pcm)
        return self._gained(pcm)

    def _open(self) -> Tempo:
        from antiphon.audio.tempo import Tempo  # FFmpeg loads in a thread, and only if it is used

        return Tempo(self._rate, self._share.pace)

    def _rest(self) -> bytes:
        return self._gained(self._tempo.finish()) if self._tempo else b""

    def _gained(self, pcm: bytes) -> bytes:
        from antiphon.audio.level import gained

        return gained(pcm, self._share.energy) if self._share.energy and pcm else pcm


async def delivered(frames: AsyncIterable[Frame], share: Share) -> AsyncGenerator[Frame, None]:
    """The frames of one clause as they will be heard; raises `EngineFailed` without an end."""
    delivery: Delivery | None = None
    async for frame in frames:
        if isinstance(frame, Started) and not share.untouched:
            delivery = Delivery(share, frame.rate)
        if delivery is None or isinstance(frame, Started):
            yield frame
        elif isinstance(frame, Audio):
            yield await delivery.audio(frame)
        else:
            for rest in await delivery.finish(frame):
                yield rest
        if isinstance(frame, Finished):
            return
    raise EngineFailed("the engine stopped in the middle of a clause")
