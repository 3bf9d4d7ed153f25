"""MP3: the raw packets of one LAME encoder, without a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

# Below 16 kHz a frame is so long that the encoder would hold back more than 200 ms.
RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
FAST = "7"  # twice as fast as LAME's default; speech has bits to spare at these rates
MPEG1_RATE = 32_000  # from here on frames are longer and need more bits


class Mp3:
    """One continuous MP3 stream; slices of it may be cut anywhere."""

    media_type, immediate = "audio/mpeg", False

    def __init__(self, rate: int) -> None:
        # PyAV and numpy are slow to import, so nobody pays for them before the first encoder.
        from av import CodecContext
        from av.audio.codeccontext import AudioCodecContext

        codec = CodecContext.create("libmp3lame", "w")
        assert isinstance(codec, AudioCodecContext)  # noqa: S101  (for the type checker)
        codec.sample_rate, codec.layout, codec.format = rate, "mono", "s16p"
        codec.bit_rate = 128_000 if rate >= MPEG1_RATE else 64_000
        codec.options = {"compression_level": FAST}
        codec.open()
        self._codec, self._rate, self._position = codec, rate, 0

    def encode(self, pcm: bytes) -> bytes:
        return self._packets(self._frame(pcm)) if pcm else b""

    def finish(self) -> bytes:
        return self._packets(None)

    def _packets(self, frame: AudioFrame | None) -> bytes:
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))

    def _frame(self, pcm: bytes) -> AudioFrame:
        from fractions import Fraction

        import numpy as np
        from av.audio.frame import AudioFrame

        samples = np.frombuffer(pcm, dtype="<i2").reshape(1, -1)
        frame = AudioFrame.from_ndarray(samples, format="s16p", layout="mono")
        frame.sample_rate, frame.pts = self._rate, self._position
        frame.time_base = Fraction(1, self._rate)
        self._position += samples.shape[1]
        return frame
