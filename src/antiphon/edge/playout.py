"""Tells frames that came too late to be heard without a gap."""

from __future__ import annotations

LATE_S = 0.05


class Playout:
    """A listener who starts to play at the first frame and plays on without waiting."""

    def __init__(self) -> None:
        self.late = 0
        self._due_s: float | None = None

    def arrives(self, at_s: float, audio_s: float) -> None:
        """Count a frame that holds `audio_s` of audio and arrives at `at_s`."""
        if self._due_s is None:
            self._due_s = at_s
        if at_s - self._due_s > LATE_S:
            self.late += 1
            self._due_s = at_s  # the gap was heard; what follows plays from here
        self._due_s += audio_s
