"""How far the making of audio is ahead of the taking of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable

from antiphon.producing import Waiter
from antiphon.speech import Audio, Frame


class Lead:
    """Counts samples made and taken, so that the next clause is asked for only when it is due."""

    def __init__(self) -> None:
        self._samples = 0
        self._taken = Waiter()

    @property
    def samples(self) -> int:
        """Samples that are made and not yet taken."""
        return self._samples

    def made(self, frame: Frame) -> None:
        """Note what goes into the buffer."""
        if isinstance(frame, Audio):
            self._samples += frame.samples

    async def taken(self, frames: AsyncIterable[Frame]) -> AsyncGenerator[Frame, None]:
        """The same frames, noting what the listener takes."""
        async for frame in frames:
            if isinstance(frame, Audio):
                self._samples -= frame.samples
                self._taken.wake()
            yield frame

    async def below(self, samples: int) -> None:
        """Wait until less than `samples` are ahead."""
        while self._samples >= samples > 0:
            await self._taken.wait()
