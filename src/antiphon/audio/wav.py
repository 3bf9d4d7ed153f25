"""WAV: PCM with a header in front."""

from __future__ import annotations

import struct

UNKNOWN = 0xFFFFFFFF  # what players take for "until the stream ends"
HEADER_BYTES = 44


def header(rate: int, data_bytes: int | None = None) -> bytes:
    """The header of mono s16 audio; without a length, one for a stream that is still growing."""
    data = UNKNOWN if data_bytes is None else data_bytes
    riff = UNKNOWN if data_bytes is None else data_bytes + HEADER_BYTES - 8
    if riff > UNKNOWN:
        raise ValueError(f"a WAV file holds less than 4 GiB and this is {data} bytes")
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", riff) + b"WAVE" + layout + struct.pack("<4sI", b"data", data)


class Wav:
    """A streamable header, then the samples as they come."""

    def __init__(self, rate: int) -> None:
        self._header = header(rate)

    def encode(self, pcm: bytes) -> bytes:
        ahead, self._header = self._header, b""
        return ahead + pcm

    def finish(self) -> bytes:
        return self.encode(b"")
