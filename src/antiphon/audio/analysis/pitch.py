"""The melody of a voice: its fundamental frequency every 10 ms.

Normalised autocorrelation of windowed frames gives candidates (Boersma, "Accurate short-term
analysis of the fundamental frequency", 1993), a Viterbi search chooses among them, and a second
pass looks only where the first found the voice (De Looze and Hirst, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from antiphon.audio.analysis.framing import HOP_S, Wave, frames

LOWEST_HZ, HIGHEST_HZ = 50.0, 600.0
RATE = 12_000  # Hz; enough for the melody, and half the work
CANDIDATES = 5
# How far around the middle half of the pitch the second pass looks: a deep lively voice goes this
# low, and lower finds more octaves that are none.
BELOW, ABOVE = 0.65, 1.8
VOICING_THRESHOLD, SILENCE_THRESHOLD = 0.45, 0.03
OCTAVE_COST, JUMP_COST, VOICING_COST = 0.01, 0.35, 0.14


@dataclass(frozen=True, slots=True)
class Melody:
    """(frames,) each: Hz, or 0 where unvoiced, and how periodic the frame is from 0 to 1."""

    hertz: NDArray[np.float64]
    strength: NDArray[np.float64]

    @property
    def voiced(self) -> NDArray[np.float64]:
        """The voiced values alone, in Hz."""
        found: NDArray[np.float64] = self.hertz[self.hertz > 0]
        return found


def melody(wave: Wave, rate: int) -> Melody:
    """Track the pitch in two passes: anywhere at first, then near where it was found."""
    narrow = soxr.resample(wave, rate, RATE)
    first = track(narrow, LOWEST_HZ, HIGHEST_HZ)
    found = first.voiced
    if len(found) < 10:
        return first
    low, high = np.percentile(found, (25, 75))
    return track(narrow, max(LOWEST_HZ, BELOW * low), min(HIGHEST_HZ, ABOVE * high))


def track(wave: Wave, lowest_hz: float, highest_hz: float) -> Melody:
    """One pass over a wave at `RATE` within the given range."""
    lags, scores = _candidates(wave, lowest_hz, highest_hz)
    path = _cheapest(lags, scores, highest_hz)
    rows = np.arange(len(path))
    voiced = path > 0
    hertz = np.where(voiced, RATE / lags[rows, path], 0.0)
    return Melody(hertz, np.where(voiced, np.clip(scores[rows, path], 0, 1), 0.0))


def _correlation(wave: Wave, lowest_hz: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(frames, lags) normalised autocorrelation, and (frames,) how loud each is beside the loudest.

    Dividing by the window's own autocorrelation undoes its taper.
    """
    length = round(3 * RATE / lowest_hz)
    cut = frames(wave, length, round(HOP_S * RATE))
    cut = cut - cut.mean(axis=1, keepdims=True)
    window = np.hanning(length + 2)[1:-1]
    size = 1 << (2 * length - 1).bit_length()
    taper = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)[: length // 2]
    raw = np.fft.irfft(np.abs(np.fft.rfft(cut * window, size)) ** 2)[:, : length // 2]
    peak = np.abs(cut).max(axis=1)
    whole = peak.max(initial=1e-9)
    return raw / (raw[:, :1] + 1e-12) / (taper / taper[0]), peak / whole


def _candidates(
    wave: Wave, lowest_hz: float, highest_hz: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(frames, 1 + CANDIDATES) lags in samples and their scores; column 0 is "unvoiced"."""
    likeness, loudness = _correlation(wave, lowest_hz)
    first, last = int(RATE / highest_hz), min(int(RATE / lowest_hz), likeness.shape[1] - 2)
    left, middle, right = (likeness[:, first + at : last + at] for at in (-1, 0, 1))
    curve = left - 2 * middle + right
    shift = np.clip(0.5 * (left - right) / np.minimum(curve, -1e-9), -0.5, 0.5)
    height = middle - 0.25 * (left - right) * shift
    lag = np.arange(first, last) + shift
    score = height - OCTAVE_COST * np.log2(lowest_hz * lag / RATE)
    score = np.where((middle > left) & (middle >= right) & (height > 0.2), score, -np.inf)
    count = min(CANDIDATES, score.shape[1])
    best = np.argpartition(-score, count - 1, axis=1)[:, :count]
    hush = np.maximum(0, 2 - loudness / SILENCE_THRESHOLD * (1 + VOICING_THRESHOLD))
    none = VOICING_THRESHOLD + hush
    lags = np.concatenate([np.ones((len(lag), 1)), np.take_along_axis(lag, best, 1)], axis=1)
    scores = np.concatenate([none[:, None], np.take_along_axis(score, best, 1)], axis=1)
    return lags, scores


def _cheapest(
    lags: NDArray[np.float64], scores: NDArray[np.float64], highest_hz: float
) -> NDArray[np.intp]:
    """(frames,) the column of each frame on the path that scores best with few jumps."""
    octaves = np.log2(np.maximum(lags, RATE / highest_hz / 2))
    unvoiced = np.arange(lags.shape[1]) == 0
    change = np.where(unvoiced[:, None] ^ unvoiced[None, :], VOICING_COST, 0.0)
    both = ~unvoiced[:, None] & ~unvoiced[None, :]
    total = scores[0]
    back = np.zeros(lags.shape, np.intp)
    for at in range(1, len(lags)):
        jump = JUMP_COST * np.abs(octaves[at - 1][:, None] - octaves[at][None, :])
        arriving = total[:, None] - np.where(both, jump, change)
        back[at] = arriving.argmax(axis=0)
        total = arriving.max(axis=0) + scores[at]
    path = np.zeros(len(lags), np.intp)
    path[-1] = total.argmax()
    for at in range(len(lags) - 1, 0, -1):
        path[at - 1] = back[at, path[at]]
    return path
