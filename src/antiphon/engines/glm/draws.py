"""Random numbers as pure functions of (seed, purpose, position), the same on every machine.

Philox 4x64-10 counts: the key is (seed, purpose), the counter is the position. So whoever goes on
with an utterance, on whichever machine, draws what the first would have drawn; and noise for frame
1,000 can be had without that for frames 0-999.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

WORDS = 4  # 64-bit words that one count of Philox gives
MASK = (1 << 64) - 1


class Purpose(IntEnum):
    """What is drawn for; each purpose has counters of its own."""

    TOKEN = 1
    MEL = 2
    SOURCE = 3


def uniforms(seed: int, purpose: Purpose, first: int, rows: int, width: int) -> NDArray[np.float64]:
    """Numbers from 0 up to and without 1, `[rows, width]`, for positions from `first` on."""
    words = _words(seed, purpose, first, rows, width)
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normals(seed: int, purpose: Purpose, first: int, rows: int, width: int) -> NDArray[np.float32]:
    """Numbers of a standard normal distribution, `[rows, width]`: Box and Muller on uniforms."""
    pairs = (width + 1) // 2
    drawn = uniforms(seed, purpose, first, rows, 2 * pairs)
    radius = np.sqrt(-2.0 * np.log1p(-drawn[:, :pairs]))
    angle = 2.0 * np.pi * drawn[:, pairs:]
    both = np.concatenate((radius * np.cos(angle), radius * np.sin(angle)), axis=1)
    return both[:, :width].astype(np.float32)


def _words(seed: int, purpose: Purpose, first: int, rows: int, width: int) -> NDArray[np.uint64]:
    """Raw words, a whole number of counts for each row, so that a row begins on a count."""
    counts = -(-width // WORDS)
    key = np.array([seed & MASK, int(purpose)], dtype=np.uint64)
    start = np.array([first * counts, 0, 0, 0], dtype=np.uint64)
    generator = np.random.Philox(counter=start, key=key)
    raw = generator.random_raw(rows * counts * WORDS)
    return np.asarray(raw, dtype=np.uint64).reshape(rows, counts * WORDS)[:, :width]
