"""One codec in one container: whole packets as soon as they are made, in one continuous stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream

Options = Mapping[str, str]

# Each packet leaves at once, and nothing is random, so that equal audio is equal bytes.
ALWAYS: Options = {"flush_packets": "1", "fflags": "+bitexact"}


@dataclass(frozen=True, slots=True)
class Codec:
    """One of FFmpeg's encoders, the sample format that it takes, and its options."""

    name: str
    sample_format: str = "s16"
    bit_rate: int | None = None
    options: Options = field(default_factory=dict)


class Gathered:
    """The file that a container writes to: what was written and not yet taken."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        """Take some; a file without `seek` is never gone back in to mend a header."""
        self._written += data
        return len(data)

    def take(self) -> bytes:
        """The bytes since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


class Muxed:
    """Mono s16 PCM to the bytes of a container."""

    def __init__(
        self, rate: int, codec: Codec, container: str, options: Options | None = None
    ) -> None:
        # PyAV is slow to import, so nobody pays for it before the first encoder.
        import av

        self._rate, self._position, self._file = rate, 0, Gathered()
        self._container = av.open(
            self._file, "w", format=container, container_options={**ALWAYS, **(options or {})}
        )
        self._stream = self._open(codec)

    def encode(self, pcm: bytes) -> bytes:
        if pcm:
            self._mux(self._frame(pcm))
        return self._file.take()

    def finish(self) -> bytes:
        if self._position:
            self._mux(None)
        self._container.close()
        return self._file.take()

    def _open(self, codec: Codec) -> AudioStream:
        from av.audio.stream import AudioStream

        stream = self._container.add_stream(codec.name, self._rate, options=dict(codec.options))
        assert isinstance(stream, AudioStream)  # noqa: S101  (for the type checker)
        stream.layout, stream.format = "mono", codec.sample_format
        if codec.bit_rate is not None:
            stream.bit_rate = codec.bit_rate
        return stream

    def _mux(self, frame: AudioFrame | None) -> None:
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def _frame(self, pcm: bytes) -> AudioFrame:
        from fractions import Fraction

        import numpy as np
        from av.audio.frame import AudioFrame

        samples = np.frombuffer(pcm, dtype="<i2").reshape(1, -1)
        frame = AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts = self._rate, self._position
        frame.time_base = Fraction(1, self._rate)
        self._position += samples.shape[1]
        return frame
