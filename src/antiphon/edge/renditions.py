"""Frames to encoded bytes, without holding up the event loop."""

from __future__ import annotations

import anyio
import anyio.to_thread

from antiphon.audio.encoding import Encoder, Format, open_encoder


class Rendition:
    """The encoding of one call; its frames pass one after another."""

    def __init__(self, encoder: Encoder, threads: anyio.CapacityLimiter | None) -> None:
        """Without `threads` the encoder takes next to no time and works in place."""
        self._encoder = encoder
        self._threads = threads

    @classmethod
    async def open(
        cls, format: Format, rate_in: int, rate_out: int, threads: anyio.CapacityLimiter
    ) -> Rendition:
        """Open the encoder; opening a codec takes as long as encoding several frames."""
        if format.plain and rate_in == rate_out:
            return cls(open_encoder(format, rate_in, rate_out), None)
        encoder = await anyio.to_thread.run_sync(
            open_encoder, format, rate_in, rate_out, limiter=threads
        )
        return cls(encoder, threads)

    async def encode(self, pcm: bytes) -> bytes:
        """The bytes that this frame makes ready."""
        if self._threads is None:
            return self._encoder.encode(pcm)
        return await anyio.to_thread.run_sync(self._encoder.encode, pcm, limiter=self._threads)

    async def finish(self) -> bytes:
        """The bytes that were held back."""
        if self._threads is None:
            return self._encoder.finish()
        return await anyio.to_thread.run_sync(self._encoder.finish, limiter=self._threads)
