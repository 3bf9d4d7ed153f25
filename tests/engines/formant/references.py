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


FITTED: dict[tuple[str, str], bytes] = {}  # a fit takes a second; most tests need it done


class Shelf:
    """Recordings in memory, counting what is asked of them."""

    def __init__(
        self, *recordings: Recording, kept: dict[tuple[str, str], bytes] | None = None
    ) -> None:
        self.recordings = {each.digest: each for each in recordings}
        self.kept = {} if kept is None else kept
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
