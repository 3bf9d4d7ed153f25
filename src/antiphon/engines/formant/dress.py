"""What is done to espeak-ng's sound before anyone hears it, stretch by stretch: filter and gain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.engines.formant.filtering import Filter
from antiphon.engines.formant.messages import Guise

FULL = 32_768
KNEE = 0.7  # of full scale; louder samples are bent below it, so that nothing clips


class Dress:
    """The steps of one clause; samples keep their number and their place."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._filter = Filter()
        self._taps: NDArray[np.float64] = np.ones(1)

    def put_on(self, guise: Guise) -> None:
        """The next stretches belong to a part in this guise."""
        taps = np.frombuffer(guise.taps, "<f4").astype(np.float64) if guise.taps else np.ones(1)
        self._taps = taps * 10 ** (guise.gain_db / 20)

    def wear(self, pcm: NDArray[np.int16]) -> NDArray[np.int16]:
        """The next stretch."""
        return rounded(self._filter.run(pcm / FULL, self._taps))

    def take_off(self) -> NDArray[np.int16]:
        """What is still held when the clause has ended."""
        return np.zeros(0, np.int16)

    def place(self, sample: int) -> int:
        """Where a sample of espeak-ng's is heard."""
        return sample


def rounded(wave: NDArray[np.float64]) -> NDArray[np.int16]:
    """As PCM; what is louder than the knee is bent smoothly towards full scale."""
    size = np.abs(wave)
    over = size > KNEE
    if over.any():
        room = 0.99 - KNEE
        bent = KNEE + room * np.tanh((size[over] - KNEE) / room)
        wave = wave.copy()
        wave[over] = np.copysign(bent, wave[over])
    return np.round(wave * FULL).astype(np.int16)
