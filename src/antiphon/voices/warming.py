"""A recording of nobody, checked once so that everything is loaded before files are shut off."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from antiphon.audio.wav import header
from antiphon.refusals import BadReference
from antiphon.voices.check import check_reference

RATE, SECONDS = 16_000, 1


def warm() -> None:
    """Check a hum that comes and goes, to the end or nearly."""
    time_s = np.arange(RATE * SECONDS) / RATE
    wave = np.sin(2 * np.pi * 150 * time_s) * np.sin(2 * np.pi * 2 * time_s) * 8_000
    pcm = wave.astype("<i2").tobytes()
    with suppress(BadReference):
        check_reference(header(RATE, len(pcm)) + pcm)
