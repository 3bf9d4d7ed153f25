"""Breath in a voice: a share of each sound said again by noise, up to a whisper.

The noise takes the envelope of the sound itself (a noise vocoder), so words stay what they are.
A little breath is heard in the high bands alone, as in people; at a share of 1 nothing is voiced.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.audio.analysis.framing import Wave

FRAME, HOP = 512, 128
SMOOTHED = 9  # bins of 43 Hz: wider than the harmonics, narrower than the formants
HIGH_HZ = 2_500.0  # from here on a breathy voice is noise as soon as it is breathy
SEED = 19


class Breath:
    """Frames of a stream overlapped and added; it holds back up to `FRAME` samples, shifts none."""

    def __init__(self, rate: int) -> None:
        self._window = np.sqrt(np.hanning(FRAME + 1)[:-1])
        self._power = float(np.sum(self._window**2))
        self._noise = np.random.default_rng(SEED)
        self._past_noise = np.zeros(FRAME - HOP)
        self._waiting = np.zeros(FRAME - HOP)  # silence before the first sample
        self._tail = np.zeros(FRAME - HOP)
        self._skip = FRAME - HOP
        hertz = np.linspace(0, rate / 2, FRAME // 2 + 1)
        self._late = 1 + 2 * np.clip(1 - hertz / HIGH_HZ, 0, 1)
        self._open = np.clip((hertz - 150) / 450, 0, 1)  # a whisper has no hum

    def run(self, wave: Wave, share: float) -> Wave:
        """The next finished samples, breathed with a share from 0 to 1."""
        wave = np.concatenate([self._waiting, wave])
        count = max(0, (len(wave) - FRAME) // HOP + 1)
        self._waiting = wave[count * HOP :]
        if not count:
            return np.zeros(0)
        made = self._said(wave[: (count - 1) * HOP + FRAME], count, share)
        skipped = min(self._skip, len(made))
        self._skip -= skipped
        return made[skipped:]

    def finish(self, share: float) -> Wave:
        """What was held back."""
        held = len(self._waiting) - self._skip if self._skip else len(self._waiting)
        rest = self.run(np.zeros(FRAME), share)
        return rest[: max(0, held)]

    def _said(self, wave: Wave, count: int, share: float) -> Wave:
        noise = np.concatenate([self._past_noise, self._noise.standard_normal(count * HOP)])
        self._past_noise = noise[count * HOP :]
        at = np.arange(count)[:, None] * HOP + np.arange(FRAME)
        sound = np.fft.rfft(wave[at] * self._window)
        hiss = np.fft.rfft(noise[at] * self._window) / np.sqrt(self._power)
        shares = share**self._late
        voiced = sound * np.sqrt(1 - shares)
        breathed = _smooth(np.abs(sound) ** 2) * shares * self._open
        frames = np.fft.irfft(voiced + np.sqrt(breathed) * hiss, FRAME) * self._window
        return self._added(frames, count)

    def _added(self, frames: NDArray[np.float64], count: int) -> Wave:
        """Overlap and add; the windows sum to two."""
        made = np.zeros(count * HOP + FRAME - HOP)
        made[: len(self._tail)] = self._tail
        for quarter in range(FRAME // HOP):
            part = frames[:, quarter * HOP : (quarter + 1) * HOP] / 2
            made[quarter * HOP : (quarter + count) * HOP] += part.reshape(-1)
        self._tail = made[count * HOP :]
        return made[: count * HOP]


def _smooth(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """(frames, bins) averaged over `SMOOTHED` bins."""
    padded = np.pad(power, ((0, 0), (SMOOTHED // 2 + 1, SMOOTHED // 2)), "edge").cumsum(axis=1)
    smooth: NDArray[np.float64] = (padded[:, SMOOTHED:] - padded[:, :-SMOOTHED]) / SMOOTHED
    return smooth
