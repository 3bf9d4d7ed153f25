"""Where espeak-ng's melodies lie between the two bounds it is given, and the bounds for a melody.

Its pitch is linear in its bounds, and its melodies are the same for every voice. So the bounds for
a median and a spread follow from two percentiles without a sound being made.
"""

from __future__ import annotations

import math
from typing import NamedTuple

# In a normal distribution the 10th and the 90th percentile are so many deviations apart.
DECILES = 2.563
BEND_HZ = 9.0  # what espeak-ng takes off the lower bound
LOWEST_HZ, HIGHEST_HZ = 48.0, 480.0  # deeper, its pitch runs under zero and comes out as a shriek
WIDEST_CENTS = 480.0
MOST_LIFT = 4.0  # semitones


class Shares(NamedTuple):
    """The 2nd, 10th, 50th and 90th percentile of the pitch, as shares of the way between bounds."""

    deepest: float
    low: float
    middle: float
    high: float


# Measured over 52 English and 36 Chinese sentences; the other languages speak as English does.
ENGLISH = Shares(0.21, 0.50, 0.81, 1.10)
CHINESE = Shares(0.10, 0.16, 0.46, 0.70)


class Range(NamedTuple):
    """A pitch range: its median in Hz, and its standard deviation in cents."""

    median_hz: float
    spread_cents: float

    def moved(self, semitones: float, widened: float) -> Range:
        """The same range elsewhere, and wider or narrower."""
        return Range(self.median_hz * 2 ** (semitones / 12), self.spread_cents * widened)


def shares(language: str) -> Shares:
    """The melody of one of espeak-ng's languages."""
    return CHINESE if language in {"cmn", "yue", "hak"} else ENGLISH


def lifted(melody: Shares, wanted: Range) -> Range:
    """The range, higher where its low end would not fit: a deep voice grows lively upwards."""
    deepest = (melody.middle - melody.deepest) * _width(melody, wanted) / wanted.median_hz
    if deepest >= 1:
        return wanted._replace(median_hz=wanted.median_hz * 2 ** (MOST_LIFT / 12))
    fitting = LOWEST_HZ / (1 - deepest)
    return wanted._replace(
        median_hz=min(max(wanted.median_hz, fitting), wanted.median_hz * 2 ** (MOST_LIFT / 12))
    )


def bounds(melody: Shares, wanted: Range) -> tuple[float, float]:
    """The bounds that give a range, as near as espeak-ng can."""
    median = min(max(wanted.median_hz, LOWEST_HZ + 1), HIGHEST_HZ)
    width = _width(melody, wanted._replace(median_hz=median))
    width = max(1.0, min(width, (median - LOWEST_HZ) / (melody.middle - melody.deepest)))
    low = median - melody.middle * width + BEND_HZ
    return low, low + width


def between(melody: Shares, low: float, high: float) -> Range:
    """The range that bounds give."""
    base, width = low - BEND_HZ, high - low
    spread = math.log2((base + melody.high * width) / (base + melody.low * width)) * 1200 / DECILES
    return Range(base + melody.middle * width, spread)


def _width(melody: Shares, wanted: Range) -> float:
    """How far apart the bounds of a range are, in Hz."""
    ratio = 2 ** (DECILES * min(wanted.spread_cents, WIDEST_CENTS) / 1200)
    above, below = melody.high - melody.middle, melody.middle - melody.low
    return wanted.median_hz * (ratio - 1) / (above + ratio * below)
