"""Checks a reference recording (a stand-in: it reads WAV files only)."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

import anyio.to_thread

from antiphon.errors import InvalidRequest
from antiphon.speech import Recording

RATE = 24_000
LONGEST_S = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was measured of an upload, and what could be better, though it is accepted."""

    duration_s: float
    speech_s: float
    level_dbfs: float
    snr_db: float
    clipped_share: float
    bandwidth_hz: float
    start_s: float
    end_s: float
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The recording to speak with, and what was found."""

    recording: Recording
    verdict: Verdict


class References:
    """Checks uploads."""

    async def accept(self, data: bytes, transcript: str = "") -> Accepted:
        """The recording in an upload; raises `InvalidRequest`."""
        return await anyio.to_thread.run_sync(_accepted, data, transcript)

    async def aclose(self) -> None:
        """Nothing to give back."""


def _accepted(data: bytes, transcript: str) -> Accepted:
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, pcm = file.getframerate(), file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise InvalidRequest("the file is no audio", "audio_sample") from error
    seconds = len(pcm) / 2 / rate
    recording = Recording(pcm[: 2 * LONGEST_S * rate], rate, transcript)
    return Accepted(recording, Verdict(seconds, seconds, -20, 40, 0, rate / 2, 0, seconds, ()))
