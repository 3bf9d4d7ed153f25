"""Tempo and level, measured."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.audio.level import gained
from antiphon.audio.tempo import Tempo

RATE = 24_000
SINE = (8_000 * np.sin(2 * np.pi * 200 * np.arange(2 * RATE) / RATE)).astype(np.int16).tobytes()


def stretched(pcm: bytes, factor: float, piece: int = 1_920) -> bytes:
    """All of it, given in pieces."""
    tempo = Tempo(RATE, factor)
    pieces = [tempo.stretch(pcm[at : at + piece]) for at in range(0, len(pcm), piece)]
    return b"".join(pieces) + tempo.finish()


@pytest.mark.parametrize("factor", [0.25, 0.5, 0.8, 1.3, 2.0, 4.0, 9.0])
def test_length_changes_and_pitch_does_not(factor: float) -> None:
    """The duration is divided by the factor within 80 ms; the tone stays; nothing clicks."""
    wave = np.frombuffer(stretched(SINE, factor), np.int16).astype(float)
    assert abs(len(wave) - 2 * RATE / factor) < 0.08 * RATE
    middle = wave[len(wave) // 4 : -len(wave) // 4]
    peak = np.abs(np.fft.rfft(middle * np.hanning(len(middle)))).argmax() * RATE / len(middle)
    assert abs(peak - 200) < 10
    assert np.abs(np.diff(middle)).max() < 1.5 * np.abs(np.diff(np.frombuffer(SINE, "<i2"))).max()


def test_pieces_do_not_matter() -> None:
    """Frames of any size give the same samples."""
    assert stretched(SINE, 1.5, 700) == stretched(SINE, 1.5, 9_600)


def test_gain_is_in_decibels_and_saturates() -> None:
    """Six decibels are about twice; what would overflow stays at full scale."""
    pcm = np.array([0, 1_000, -1_000, 30_000, -30_000], np.int16).tobytes()
    louder = np.frombuffer(gained(pcm, 6.0206), np.int16)
    assert louder.tolist() == [0, 2_000, -2_000, 32_767, -32_768]
    assert np.frombuffer(gained(pcm, -20), np.int16).tolist() == [0, 100, -100, 3_000, -3_000]
