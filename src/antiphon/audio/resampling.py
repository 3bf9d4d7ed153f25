"""Another sample rate, continuous across frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np


class Inner(Protocol):
    """The encoder that takes the resampled audio."""

    def encode(self, pcm: bytes) -> bytes: ...

    def finish(self) -> bytes: ...


class Resampled:
    """Gives an encoder audio at its own rate; how the input is cut changes no sample."""

    def __init__(self, inner: Inner, rate_in: int, rate_out: int) -> None:
        # soxr brings numpy with it, and both are slow to import.
        import soxr

        self._inner = inner
        # Not int16 inside: soxr would dither, and the noise would depend on the frames.
        self._stream = soxr.ResampleStream(rate_in, rate_out, 1, dtype="float32")

    def encode(self, pcm: bytes) -> bytes:
        return self._inner.encode(self._resample(pcm, last=False))

    def finish(self) -> bytes:
        return self._inner.encode(self._resample(b"", last=True)) + self._inner.finish()

    def _resample(self, pcm: bytes, *, last: bool) -> bytes:
        import numpy as np

        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        return self._to_pcm(self._stream.resample_chunk(samples, last=last))

    @staticmethod
    def _to_pcm(samples: np.ndarray) -> bytes:
        return samples.round().clip(-32_768, 32_767).astype("<i2").tobytes()
