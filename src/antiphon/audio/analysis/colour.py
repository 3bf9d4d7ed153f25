"""The colour of a voice: how its energy lies over frequency, in 40 mel bands."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from antiphon.audio.analysis.framing import Wave, power, spoken

BANDS = 40
LOWEST_HZ, HIGHEST_HZ = 60.0, 11_000.0


def to_mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """The mel scale of O'Shaughnessy (1987)."""
    return 2595 * np.log10(1 + np.asarray(hertz) / 700)


def to_hertz(mel: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Back from the mel scale."""
    return 700 * (10 ** (np.asarray(mel) / 2595) - 1)


@lru_cache(maxsize=8)
def centres_hz() -> NDArray[np.float64]:
    """(BANDS,) the middle of each band."""
    return to_hertz(np.linspace(to_mel(LOWEST_HZ), to_mel(HIGHEST_HZ), BANDS + 2))[1:-1]


@lru_cache(maxsize=8)
def bank(rate: int, bins: int) -> NDArray[np.float64]:
    """(bins, BANDS) triangles of unit sum; a band that no bin meets takes the nearest one."""
    edges = to_hertz(np.linspace(to_mel(LOWEST_HZ), to_mel(HIGHEST_HZ), BANDS + 2))
    hertz = np.linspace(0, rate / 2, bins)[:, None]
    rising = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    for band in np.flatnonzero(weights.sum(axis=0) == 0):
        weights[np.argmin(np.abs(hertz[:, 0] - edges[band + 1])), band] = 1
    normalised: NDArray[np.float64] = weights / weights.sum(axis=0)
    return normalised


def bands_db(wave: Wave, rate: int) -> NDArray[np.float64]:
    """(frames, BANDS) in dB, of the frames that hold speech."""
    spectra = power(wave, rate)
    levels = 10 * np.log10(spectra.sum(axis=1) + 1e-12)
    kept = spectra[spoken(levels)]
    bands: NDArray[np.float64] = 10 * np.log10(kept @ bank(rate, spectra.shape[1]) + 1e-12)
    return bands


def average_db(bands: NDArray[np.float64]) -> NDArray[np.float64]:
    """(BANDS,) the long-term average spectrum: power averaged over frames, in dB."""
    average: NDArray[np.float64] = 10 * np.log10(np.mean(10 ** (bands / 10), axis=0) + 1e-12)
    return average


def bandwidth_hz(average: NDArray[np.float64]) -> float:
    """Up to where a recording holds sound: telephones and old files end early.

    The highest band within 50 dB of the strongest; past a steep filter it is less.
    """
    held = np.flatnonzero(average > average.max() - 50)
    return float(centres_hz()[held[-1]])


def distance_db(
    first: NDArray[np.float64], second: NDArray[np.float64], most_hz: float = HIGHEST_HZ
) -> float:
    """How far two average spectra are apart: the RMS over bands after taking out the level."""
    held = centres_hz() <= most_hz
    difference = (first - second)[held]
    return float(np.sqrt(np.mean((difference - difference.mean()) ** 2)))
