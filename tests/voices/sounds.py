"""Sounds for tests, as samples at 24 kHz with full scale at 1, and files that hold them."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import soxr
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

Wave = npt.NDArray[np.float64]
RATE = 24_000
FIXTURES = Path(__file__).parents[1] / "fixtures"


@functools.cache
def speech(who: str = "woman") -> Wave:
    """About 6.7 s of somebody reading."""
    with av.open(str(FIXTURES / f"{who}.flac")) as opened:
        frames = [frame.to_ndarray().reshape(-1) for frame in opened.decode(audio=0)]
    wave: Wave = soxr.resample(np.concatenate(frames) / 32_768, 16_000, RATE)
    wave.setflags(write=False)
    return wave


def silence(seconds: float) -> Wave:
    """Digital zero."""
    return np.zeros(round(seconds * RATE))


def noise(seconds: float, level_db: float = -20.0, colour: float = 0.0) -> Wave:
    """White noise; `colour` 1 is pink and 2 is brown."""
    count = round(seconds * RATE)
    white = np.random.default_rng(7).normal(0, 1, count)
    spectrum = np.fft.rfft(white) / np.maximum(1, np.arange(count // 2 + 1)) ** (colour / 2)
    wave = np.fft.irfft(spectrum, count)
    return wave / np.sqrt(np.mean(np.square(wave))) * 10 ** (level_db / 20)


def tones(hertz: tuple[float, ...], seconds: float) -> Wave:
    """Sines together."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    return 0.3 / len(hertz) * sum((np.sin(2 * np.pi * f * time_s) for f in hertz), silence(seconds))


def note(hertz: float, seconds: float) -> Wave:
    """A string that is plucked."""
    fading = np.exp(-3 * np.arange(round(seconds * RATE)) / (seconds * RATE))
    partials = (tones((hertz * k,), seconds) / k for k in range(1, 9))
    return 0.4 * fading * sum(partials, silence(seconds))


def chords() -> Wave:
    """Six triads, a second each."""
    roots = (262, 220, 175, 196, 262, 220)
    triads = [tuple(r * t * h for t in (1, 1.26, 1.5) for h in (1, 2, 3)) for r in roots]
    return np.concatenate([tones(triad, 1.0) for triad in triads])


def melody() -> Wave:
    """A scale up and down, four notes a second."""
    scale = (262, 294, 330, 349, 392, 440, 494, 523)
    return np.concatenate([note(f, 0.25) for f in (*scale, *scale[::-1], *scale)])


def mixed(voice: Wave, other: Wave, above_db: float) -> Wave:
    """A voice so far above something else, peaks at full scale at most."""
    loop = np.resize(other, len(voice))
    ratio = np.sqrt(np.mean(np.square(voice)) / np.mean(np.square(loop)))
    both = voice + loop * ratio * 10 ** (-above_db / 20)
    return both / max(1.0, float(np.abs(both).max()))


def clipped(voice: Wave, over_db: float) -> Wave:
    """So far over full scale, and cut off there."""
    return np.clip(voice / np.abs(voice).max() * 10 ** (over_db / 20), -1, 1)


def at_db(voice: Wave, peak_db: float) -> Wave:
    """With its peak there."""
    return voice / np.abs(voice).max() * 10 ** (peak_db / 20)


def file(
    wave: Wave,
    container: str = "wav",
    codec: str = "pcm_s16le",
    rate: int = RATE,
) -> bytes:
    """One channel, or rows of several, in a file."""
    rows = np.atleast_2d(wave)
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(rows)]
    written = io.BytesIO()
    with av.open(written, "w", format=container) as opened:
        stream: Any = opened.add_stream(codec, rate)
        stream.layout = layout
        if codec == "wmav2":  # which has no default
            stream.bit_rate = 64_000
        frame = AudioFrame.from_ndarray(rows.astype(np.float32), format="fltp", layout=layout)
        frame.sample_rate = RATE
        cut = AudioResampler(stream.format, layout, rate, stream.frame_size or None)
        for ready in [*cut.resample(frame), *cut.resample(None)]:
            opened.mux(stream.encode(ready))
        opened.mux(stream.encode(None))
    return written.getvalue()


def film(container: str = "mp4", codec: str = "mpeg4") -> bytes:
    """Pictures without sound."""
    written = io.BytesIO()
    with av.open(written, "w", format=container) as opened:
        stream: Any = opened.add_stream(codec, 10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for shade in range(10):
            picture = np.full((32, 32, 3), shade * 20, np.uint8)
            opened.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        opened.mux(stream.encode(None))
    return written.getvalue()
