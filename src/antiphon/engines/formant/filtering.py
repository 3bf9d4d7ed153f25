"""A short minimum-phase filter: made from a wish in mel bands, and run over a stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.audio.analysis.colour import centres_hz
from antiphon.audio.analysis.framing import Wave

TAPS = 256
SIZE = 2_048


def minimum_phase(wish_db: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """(TAPS,) whose response is (BANDS,) `wish_db` at the middles of the bands.

    Minimum phase puts the energy at the start (its centroid is under half a millisecond), so that
    the filter delays nothing: the cepstrum of the wished response, folded (Oppenheim and Schafer).
    """
    hertz = np.linspace(0, rate / 2, SIZE // 2 + 1)
    response = np.interp(hertz, centres_hz(), wish_db) * np.log(10) / 20
    cepstrum = np.fft.irfft(response)
    cepstrum[1 : SIZE // 2] *= 2
    cepstrum[SIZE // 2 + 1 :] = 0
    taps = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))[:TAPS]
    fade = TAPS // 4
    taps[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(fade) / fade)
    return taps


class Filter:
    """A filter over a stream: how the stream is cut changes nothing that can be heard."""

    def __init__(self) -> None:
        self._tail = np.zeros(0)

    def run(self, wave: Wave, taps: NDArray[np.float64]) -> Wave:
        """The next stretch, as long as it was; `taps` may change between two of them."""
        length = len(wave) + len(taps) - 1
        size = 1 << (length - 1).bit_length()
        heard = np.fft.irfft(np.fft.rfft(wave, size) * np.fft.rfft(taps, size))[:length]
        carried = min(len(self._tail), length)
        heard[:carried] += self._tail[:carried]
        rest = np.zeros(max(length, len(self._tail)) - len(wave))
        rest[: length - len(wave)] = heard[len(wave) :]
        if len(self._tail) > length:
            rest[length - len(wave) :] = self._tail[length:]
        self._tail = rest
        return heard[: len(wave)]
