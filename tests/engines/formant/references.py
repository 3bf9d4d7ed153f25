"""Recordings of the tests, and a store that holds them."""

from __future__ import annotations

import wave
from pathlib import Path

from antiphon.errors import UnknownRecording
from antiphon.speech import Recording

VOICES = Path(__file__).parents[2] / "fixtures" / "voices"


def recording(name: str) -> Recording:
    """One of `tests/fixtures/voices`."""
    with wave.open(str(VOICES / f"{name}.wav")) as file:
        return Recording(file.readframes(file.getnframes()), file.getframerate())


class Shelf:
    """Recordings in memory, counting what is asked of them."""

    def __init__(self, *recordings: Recording) -> None:
        self.recordings = {each.digest: each for each in recordings}
        self.kept: dict[tuple[str, str], bytes] = {}
        self.asked = 0

    async def recording(self, digest: str) -> Recording:
        """The recording; raises `UnknownRecording`."""
        self.asked += 1
        if digest not in self.recordings:
            raise UnknownRecording(digest)
        return self.recordings[digest]

    async def prepared(self, digest: str, model: str) -> bytes | None:
        """What was kept."""
        return self.kept.get((digest, model))

    async def keep_prepared(self, digest: str, model: str, data: bytes) -> None:
        """Keep it."""
        self.kept[digest, model] = data
