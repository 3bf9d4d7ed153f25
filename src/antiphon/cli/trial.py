"""Speaks one sentence twice and measures it."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256

import anyio

from antiphon.producing import ungrouped
from antiphon.settings import Settings
from antiphon.speech import Audio, Call, Frame, Started, Utterance
from antiphon.staircase import staircase

SENTENCE = "The quick brown fox jumps over the lazy dog."


@dataclass(frozen=True, slots=True)
class Heard:
    """How soon the first audio came, how long all of it took and lasts, and what was heard."""

    first_s: float
    whole_s: float
    audio_s: float
    samples: str
    pcm: bytes = b""
    rate: int = 0
    reason: str = "complete"


def told(cold: Heard, warm: Heard) -> str:
    """Two runs in a person's words."""
    factor = warm.whole_s / warm.audio_s if warm.audio_s else math.inf
    first = f"{warm.first_s * 1000:.0f} ms ({cold.first_s * 1000:.0f} ms when cold)"
    return f"first audio after {first}, {warm.audio_s:.1f} s at real-time factor {factor:.3f}"


def tried(settings: Settings) -> tuple[Heard, Heard]:
    """The same sentence, the same seed, two runs; raises `SpeechError`."""
    return anyio.run(_tried, settings)


async def _tried(settings: Settings) -> tuple[Heard, Heard]:
    heard: list[Heard] = []
    with ungrouped():
        async with staircase(settings) as house:
            said = Utterance(SENTENCE, model=house.card.model, language="en", seed=1)
            heard.append(await _heard(house.speaker.speak(said, Call("doctor-1"))))
            heard.append(await _heard(house.speaker.speak(said, Call("doctor-2"))))
    return heard[0], heard[1]


async def _heard(speaking: AbstractAsyncContextManager[AsyncIterator[Frame]]) -> Heard:
    begun = time.perf_counter()
    first_s, rate, pcm, reason = 0.0, 1, bytearray(), ""
    async with speaking as frames:
        async for frame in frames:
            if isinstance(frame, Started):
                rate = frame.rate
            elif isinstance(frame, Audio):
                first_s = first_s or time.perf_counter() - begun
                pcm += frame.pcm
            else:
                reason = frame.reason
    whole_s, audio_s = time.perf_counter() - begun, len(pcm) / 2 / rate
    digest = sha256(pcm).hexdigest()
    return Heard(first_s, whole_s, audio_s, digest, bytes(pcm), rate, reason)
