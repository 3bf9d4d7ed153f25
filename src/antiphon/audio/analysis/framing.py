"""A wave cut into overlapping frames, and the spectra of those frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]  # (samples,), full scale is 1.0
HOP_S = 0.01  # every measure here has one value per 10 ms


def wave_of(pcm: bytes) -> Wave:
    """Mono s16 PCM as a wave."""
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32_768


def frames(wave: Wave, length: int, hop: int) -> NDArray[np.float64]:
    """(frames, length), the first centred on sample 0; the wave is padded with silence."""
    padded = np.concatenate([np.zeros(length // 2), wave, np.zeros(length)])
    count = len(wave) // hop + 1
    starts = np.arange(count)[:, None] * hop
    cut: NDArray[np.float64] = padded[starts + np.arange(length)]
    return cut


def power(wave: Wave, rate: int, window_s: float = 0.025) -> NDArray[np.float64]:
    """(frames, bins) power spectra of Hann-windowed frames, one per `HOP_S`."""
    length = round(window_s * rate)
    window = np.hanning(length + 2)[1:-1]
    size = 1 << (length - 1).bit_length()
    cut = frames(wave, length, round(HOP_S * rate))
    return np.abs(np.fft.rfft(cut * window, size)) ** 2 / np.sum(window**2)


def level_db(wave: Wave, rate: int, window_s: float = 0.025) -> NDArray[np.float64]:
    """(frames,) RMS level in dB of full scale, one per `HOP_S`; silence is -120."""
    length = round(window_s * rate)
    cut = frames(wave, length, round(HOP_S * rate))
    levels: NDArray[np.float64] = 10 * np.log10(np.mean(cut**2, axis=1) + 1e-12)
    return levels


def spoken(levels_db: NDArray[np.float64], depth_db: float = 30.0) -> NDArray[np.bool_]:
    """(frames,) which frames hold speech: within `depth_db` of the loud ones (95 %)."""
    if len(levels_db) == 0:
        return np.zeros(0, bool)
    loud = np.percentile(levels_db, 95)
    found: NDArray[np.bool_] = levels_db > max(loud - depth_db, -80.0)
    return found
