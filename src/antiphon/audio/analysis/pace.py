"""The pace of speech: syllables a second, and the pauses between.

A syllable is a peak of loudness in the band of the vowels with a dip on both sides (after de Jong
and Wempe, "Praat script to detect syllable nuclei", 2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.audio.analysis.framing import HOP_S, Wave, power, spoken

# Of 90 settings, these count most evenly from slow to fast speech: over a factor of 2.5 in pace the
# count of one text varies by 3 % (four RHVoice voices and espeak-ng, in five languages).
VOWELS_HZ = (300.0, 1_000.0)
SMOOTHED_S = 0.04
DIP_DB, DEPTH_DB = 3.0, 22.0
SHORTEST_PAUSE_S = 0.12


@dataclass(frozen=True, slots=True)
class Pace:
    """Syllables per second of speech, pauses excluded, and the share and number of pauses."""

    syllables_hz: float
    pause_share: float
    pauses: int
    mean_pause_s: float
    spoken_s: float


def loudness_db(wave: Wave, rate: int) -> NDArray[np.float64]:
    """(frames,) smoothed level of the vowels' band in dB."""
    spectra = power(wave, rate)
    hertz = np.linspace(0, rate / 2, spectra.shape[1])
    band = (hertz >= VOWELS_HZ[0]) & (hertz <= VOWELS_HZ[1])
    energy = spectra[:, band].sum(axis=1)
    window = np.hanning(round(SMOOTHED_S / HOP_S) + 2)[1:-1]
    smooth = np.convolve(energy, window / window.sum(), "same")
    return 10 * np.log10(smooth + 1e-12)


def peaks(levels_db: NDArray[np.float64]) -> NDArray[np.intp]:
    """The frames of the syllables: loud peaks with a dip of `DIP_DB` before and after."""
    floor = np.percentile(levels_db, 95) - DEPTH_DB
    found: list[int] = []
    lowest = top = float("-inf")
    at_top = -1
    rising = True
    for at, level in enumerate(levels_db.tolist()):
        if rising:
            if level > top:
                top, at_top = level, at
            elif level < top - DIP_DB:
                if top > floor:
                    found.append(at_top)
                rising, lowest = False, level
        elif level < lowest:
            lowest = level
        elif level > lowest + DIP_DB:
            rising, top, at_top = True, level, at
    return np.array(found, np.intp)


def pauses(levels_db: NDArray[np.float64]) -> list[tuple[int, int]]:
    """First and last frame of each silence inside the speech of `SHORTEST_PAUSE_S` or more."""
    loud = np.flatnonzero(spoken(levels_db))
    gaps = np.flatnonzero(np.diff(loud) * HOP_S >= SHORTEST_PAUSE_S)
    return [(int(loud[gap]) + 1, int(loud[gap + 1])) for gap in gaps]


def pace(wave: Wave, rate: int) -> Pace:
    """Measure a stretch of speech, silence at both ends left out."""
    spectra = power(wave, rate)
    levels = 10 * np.log10(spectra.sum(axis=1) + 1e-12)
    loud = np.flatnonzero(spoken(levels))
    if len(loud) < 2:
        return Pace(0.0, 0.0, 0, 0.0, 0.0)
    whole_s = float(loud[-1] - loud[0] + 1) * HOP_S
    silences = [(last - first) * HOP_S for first, last in pauses(levels)]
    quiet_s = float(sum(silences))
    spoken_s = max(whole_s - quiet_s, HOP_S)
    count = len(peaks(loudness_db(wave, rate)))
    mean = quiet_s / len(silences) if silences else 0.0
    return Pace(count / spoken_s, quiet_s / whole_s, len(silences), mean, spoken_s)
