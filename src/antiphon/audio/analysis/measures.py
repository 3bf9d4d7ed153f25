"""What a recording is in numbers: melody, loudness, pace, pauses and breath, measured at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from antiphon.audio.analysis.framing import HOP_S, Wave, level_db, spoken
from antiphon.audio.analysis.pace import pace
from antiphon.audio.analysis.pitch import Melody, melody

# In a normal distribution the 10th and the 90th percentile are so many deviations apart.
DECILES = 2.563


@dataclass(frozen=True, slots=True)
class Measures:
    """One stretch of speech.

    `pitch_hz` is the median and `spread_cents` the standard deviation of the pitch (from its
    deciles, so that a tracking error weighs little); `movement` is how fast it moves, in semitones
    a second; `level_db` is the mean level of speech and `dynamics_db` its deviation; `breath_db`
    is the mean ratio of harmonics to noise (high is clear, low is breathy).
    """

    pitch_hz: float
    spread_cents: float
    movement: float
    level_db: float
    dynamics_db: float
    syllables_hz: float
    pause_share: float
    mean_pause_s: float
    breath_db: float
    voiced_share: float


def measure(wave: Wave, rate: int) -> Measures:
    """Measure speech; a wave without any gives zeros."""
    line = melody(wave, rate)
    levels = level_db(wave, rate)
    loud = levels[spoken(levels)] if len(levels) else levels
    tempo = pace(wave, rate)
    mean = 10 * np.log10(np.mean(10 ** (loud / 10))) if len(loud) else -120.0
    return Measures(
        pitch_hz=pitch_hz(line),
        spread_cents=spread_cents(line),
        movement=movement(line),
        level_db=float(mean),
        dynamics_db=float(np.std(loud)) if len(loud) else 0.0,
        syllables_hz=tempo.syllables_hz,
        pause_share=tempo.pause_share,
        mean_pause_s=tempo.mean_pause_s,
        breath_db=breath_db(line),
        voiced_share=len(line.voiced) / max(len(loud), 1),
    )


def pitch_hz(line: Melody) -> float:
    """The median pitch; 0 without a voice."""
    return float(np.median(line.voiced)) if len(line.voiced) else 0.0


def spread_cents(line: Melody) -> float:
    """How widely the pitch is spread."""
    if len(line.voiced) < 5:
        return 0.0
    low, high = np.percentile(1200 * np.log2(line.voiced), (10, 90))
    return float((high - low) / DECILES)


def movement(line: Melody) -> float:
    """How lively the melody is: the mean slope inside voiced stretches, over 50 ms."""
    steps = 5
    before, after = line.hertz[:-steps], line.hertz[steps:]
    inside = np.convolve(line.hertz > 0, np.ones(steps + 1), "valid") == steps + 1
    if not inside.any():
        return 0.0
    semitones = 12 * np.abs(np.log2(after[inside] / before[inside]))
    return float(np.mean(np.minimum(semitones, 6.0)) / (steps * HOP_S))


def breath_db(line: Melody) -> float:
    """The mean ratio of harmonics to noise over voiced frames (Boersma, 1993)."""
    strength = np.clip(line.strength[line.hertz > 0], 0.01, 0.999)
    return float(np.mean(10 * np.log10(strength / (1 - strength)))) if len(strength) else 0.0
