"""What a decoder makes of a stream: its samples, how late they begin, and how late they come."""

from __future__ import annotations

import io
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt

from antiphon.audio.encoding import FORMATS, open_encoder

Samples = npt.NDArray[np.float64]

CONTAINERS = {
    "mp3": "mp3",
    "opus": "ogg",
    "webm": "webm",
    "aac": "aac",
    "flac": "flac",
    "wav": "wav",
    "pcm": "s16le",
    "ulaw": "mulaw",
    "alaw": "alaw",
}
HEADERLESS = ("pcm", "ulaw", "alaw")
# Samples of silence that a decoder plays first, where the stream cannot tell it to leave them out.
DELAY = {"mp3": 1_105, "aac": 1_024}
PIECE_S = 0.02


@dataclass(frozen=True, slots=True)
class Heard:
    """Decoded audio: full scale is 1."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.samples) / self.rate


def hear(name: str, stream: bytes, rate: int) -> Heard:
    """Decode a stream, or as much of it as there is; `rate` is for formats that do not say it."""
    options = {"sample_rate": str(rate)} if name in HEADERLESS else {}
    try:
        with av.open(io.BytesIO(stream), "r", format=CONTAINERS[name], options=options) as found:
            frames = list(found.decode(audio=0))
    except av.error.FFmpegError:  # not even a header yet
        frames = []
    if not frames:
        return Heard(np.zeros(0), rate)
    return Heard(np.concatenate([_scaled(frame) for frame in frames]), frames[0].sample_rate)


def _scaled(frame: av.AudioFrame) -> Samples:
    samples = frame.to_ndarray().reshape(-1)
    return samples.astype(np.float64) / (1 if samples.dtype.kind == "f" else 32_768)


def encoded(
    name: str, pcm: bytes, rate_in: int, rate: int
) -> tuple[bytes, list[tuple[float, int]]]:
    """The stream, and after each 20 ms: seconds that went in, and bytes that had come out."""
    encoder = open_encoder(FORMATS[name], rate_in, rate)
    step, stream, growth = 2 * round(rate_in * PIECE_S), b"", []
    for at in range(0, len(pcm), step):
        stream += encoder.encode(pcm[at : at + step])
        growth.append((min(at + step, len(pcm)) / 2 / rate_in, len(stream)))
    return stream + encoder.finish(), growth


def held_back_s(name: str, pcm: bytes, rate_in: int, rate: int) -> float:
    """The most audio that went in and could not yet be heard, the codec's own delay included."""
    stream, growth = encoded(name, pcm, rate_in, rate)
    last_before_more = [
        now
        for now, after in zip(growth, [*growth[1:], (0.0, -1)], strict=True)
        if now[1] != after[1]
    ]
    delay_s = DELAY.get(name, 0) / rate
    return max(
        given_s - max(0.0, hear(name, stream[:length], rate).seconds - delay_s)
        for given_s, length in last_before_more
    )


def lag(heard: Heard, pcm: bytes, rate_in: int) -> int:
    """By how many of its samples the decoded audio is late."""
    original = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    seconds = len(original) / rate_in
    at = np.arange(round(seconds * heard.rate)) / heard.rate
    wanted = np.interp(at, np.arange(len(original)) / rate_in, original)
    size = 1 << (len(wanted) + len(heard.samples)).bit_length()
    likeness = np.fft.irfft(
        np.fft.rfft(heard.samples, size) * np.conj(np.fft.rfft(wanted, size)), size
    )
    found = int(np.argmax(likeness))
    return found if found < size // 2 else found - size
