"""Pauses made longer or shorter in a stream, and where each sample went."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

QUIET = 12  # of 32 768: espeak-ng's pauses are silent but for the last of a resonance
KEPT_S = 0.03  # the beginning of a silence belongs to the consonants: stops are silent for a while


class Pauses:
    """Silences of a stream multiplied beyond their first `KEPT_S`; the rest passes as it is."""

    def __init__(self, rate: int) -> None:
        self._kept = round(KEPT_S * rate)
        self._quiet = 0  # how long the silence in hand has lasted
        self._owed = 0.0  # the part of a sample that is still to be made
        self._taken = self._made = 0
        self._from, self._to = [0], [0]  # where a stretch begins, before and after

    def run(self, pcm: NDArray[np.int16], factor: float) -> NDArray[np.int16]:
        """The next stretch with its pauses multiplied by `factor`."""
        silent = np.abs(pcm) <= QUIET
        edges = np.flatnonzero(np.diff(silent)) + 1
        pieces: list[NDArray[np.int16]] = []
        for first, last in zip([0, *edges.tolist()], [*edges.tolist(), len(pcm)], strict=True):
            if first == last:
                continue
            piece = pcm[first:last]
            pieces += self._pause(piece, factor) if silent[first] else [self._sound(piece)]
        return np.concatenate(pieces) if pieces else pcm[:0]

    def place(self, sample: int) -> int:
        """Where a sample that was taken came out."""
        at = bisect_right(self._from, sample) - 1
        moved = self._to[at] + sample - self._from[at]
        return min(moved, self._to[at + 1]) if at + 1 < len(self._to) else moved

    def _sound(self, piece: NDArray[np.int16]) -> NDArray[np.int16]:
        self._quiet = 0
        self._taken += len(piece)
        self._made += len(piece)
        return piece

    def _pause(self, piece: NDArray[np.int16], factor: float) -> list[NDArray[np.int16]]:
        """The silent piece: what belongs to the consonants, and the scaled rest."""
        kept = max(0, min(len(piece), self._kept - self._quiet))
        self._quiet += len(piece)
        rest = len(piece) - kept
        self._owed += rest * factor
        whole = int(self._owed)
        self._owed -= whole
        self._taken += len(piece)
        self._made += kept + whole
        self._from.append(self._taken)
        self._to.append(self._made)
        return [piece[:kept], np.zeros(whole, np.int16)]
