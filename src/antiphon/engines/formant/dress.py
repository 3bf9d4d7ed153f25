"""What is done to espeak-ng's sound before anyone hears it: pauses, filter, breath, gain, rate."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from antiphon.engines.formant.breathing import Breath
from antiphon.engines.formant.filtering import Filter
from antiphon.engines.formant.messages import RATE, Guise
from antiphon.engines.formant.pausing import Pauses

FULL = 32_768
KNEE = 0.7  # of full scale; louder samples are bent below it, so that nothing clips


class Dress:
    """The steps of one clause, with their state carried from stretch to stretch.

    Between them samples are floats: soxr dithers what it makes of integers, anew every time.
    """

    def __init__(self, rate: int) -> None:
        self._resample = soxr.ResampleStream(rate, RATE, 1, dtype="float32")
        self._pauses = Pauses(rate)
        self._filter = Filter()
        self._rate = rate
        self._breath: Breath | None = None
        self._guise = Guise("", 0, 0)
        self._taps: NDArray[np.float64] = np.ones(1)

    def put_on(self, guise: Guise) -> None:
        """The next stretches belong to a part in this guise."""
        self._guise = guise
        taps = np.frombuffer(guise.taps, "<f4").astype(np.float64) if guise.taps else np.ones(1)
        self._taps = taps * 10 ** (guise.gain_db / 20)
        if guise.breath and self._breath is None:
            self._breath = Breath(self._rate)

    def wear(self, pcm: NDArray[np.int16]) -> NDArray[np.int16]:
        """The next stretch, as heard; some of it may come with a later one."""
        spaced = self._pauses.run(pcm, self._guise.pause) if self._guise.pause != 1 else pcm
        wave = self._filter.run(spaced / FULL, self._taps)
        if self._breath is not None:
            wave = self._breath.run(wave, self._guise.breath)
        return rounded(self._resample.resample_chunk(wave.astype(np.float32)))

    def take_off(self) -> NDArray[np.int16]:
        """What is still held when the clause has ended."""
        held = self._breath.finish(self._guise.breath) if self._breath else np.zeros(0)
        return rounded(self._resample.resample_chunk(held.astype(np.float32), last=True))

    def place(self, sample: int) -> int:
        """Where a sample of espeak-ng's is heard."""
        return self._pauses.place(sample)


def rounded(wave: NDArray[np.floating]) -> NDArray[np.int16]:
    """As PCM; what is louder than the knee is bent smoothly towards full scale."""
    size = np.abs(wave)
    over = size > KNEE
    if over.any():
        room = 0.99 - KNEE
        bent = KNEE + room * np.tanh((size[over] - KNEE) / room)
        wave = wave.copy()
        wave[over] = np.copysign(bent, wave[over])
    return np.round(wave * FULL).astype(np.int16)
