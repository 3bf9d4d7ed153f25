"""Every encoder: speed on one core, audio held back, and how exactly its streams last.

    python benchmarks/encoders.py [--seconds 30] [--out benchmarks/results]

Speech of the formant engine goes in 20 ms at a time, as it comes from an engine. Held back is the
audio that went in and that a decoder could not play yet, a codec's own delay included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from first_audio import HERE, STORIES, machine

from antiphon.audio.encoding import FORMATS, Format, Pcm, open_encoder
from antiphon.audio.resampling import Resampled
from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.speech import Audio, Call, Utterance

sys.path.insert(0, str(HERE.parent))
from tests.audio.hearing import PIECE_S, encoded, hear, held_back_s, lag

RATE = 24_000
ENGINE_RATES = (16_000, 22_050, 24_000, 44_100, 48_000)
ANY_RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
ROUNDS = 3
HEAD = (
    "| format | rate | times real time | kbit/s | held back ms | resampled | begins late ms |"
    " plays longer ms |\n|--|--|--|--|--|--|--|--|"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One format at one rate."""

    format: str
    rate: int
    speed: float
    kbit_per_s: float
    held_back_ms: float
    held_back_resampled_ms: float
    late_ms: float
    longer_ms: float

    def row(self) -> str:
        """As a line of the table."""
        return (
            f"| {self.format} | {self.rate} | {self.speed:.0f} | {self.kbit_per_s:.0f} |"
            f" {self.held_back_ms:.0f} | {self.held_back_resampled_ms:.0f} |"
            f" {self.late_ms:.1f} | {self.longer_ms:.1f} |"
        )


async def spoken(seconds: float) -> bytes:
    """So much speech, in two languages, as PCM at 24 kHz."""
    engine = await open_engine("formant", EngineOptions(workers=1))
    pcm = bytearray()
    try:
        for text in STORIES * 10:
            async with engine.speak(Utterance(text), Call("bench")) as frames:
                async for frame in frames:
                    if isinstance(frame, Audio):
                        pcm += frame.pcm
            if len(pcm) >= seconds * RATE * 2:
                break
    finally:
        await engine.aclose()
    return bytes(pcm[: round(seconds * RATE) * 2])


def at_rate(pcm: bytes, rate: int) -> bytes:
    """The same speech at another rate."""
    if rate == RATE:
        return pcm
    resampler = Resampled(Pcm(rate), RATE, rate)
    return resampler.encode(pcm) + resampler.finish()


def speed(format: Format, pcm: bytes, rate: int) -> float:
    """Seconds of audio encoded in one second of one core, opening included."""
    step = 2 * round(RATE * PIECE_S)
    taken_s = []
    for _ in range(ROUNDS):
        before_s = time.process_time()
        encoder = open_encoder(format, RATE, rate)
        for at in range(0, len(pcm), step):
            encoder.encode(pcm[at : at + step])
        encoder.finish()
        taken_s.append(time.process_time() - before_s)
    return len(pcm) / 2 / RATE / statistics.median(taken_s)


def found(format: Format, pcm: bytes, rate: int) -> Finding:
    """Measure one format at one rate; for what is held back, from every rate an engine may have."""
    short = pcm[: 2 * 2 * RATE]
    stream, _ = encoded(format.name, short, RATE, rate)
    heard = hear(format.name, stream, rate)
    held_s = {
        each: held_back_s(format.name, at_rate(short, each), each, rate)
        for each in {*ENGINE_RATES, rate}
    }
    whole, _ = encoded(format.name, pcm, RATE, rate)
    return Finding(
        format.name,
        rate,
        speed(format, pcm, rate),
        len(whole) * 8 / (len(pcm) / 2 / RATE) / 1000,
        held_s[rate] * 1000,
        max(held for each, held in held_s.items() if each != rate) * 1000,
        lag(heard, short, RATE) / heard.rate * 1000,
        (heard.seconds - len(short) / 2 / RATE) * 1000,
    )


def main() -> None:
    """Measure, print a table, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--out", type=Path, default=HERE / "results")
    chosen = parser.parse_args()
    report, lines = machine(), [HEAD]
    pcm = asyncio.run(spoken(chosen.seconds))
    print(HEAD)
    for format in FORMATS.values():
        for rate in format.rates or ANY_RATES:
            lines.append(found(format, pcm, rate).row())
            print(lines[-1], flush=True)
    head = (
        f"# Encoders\n\n`python benchmarks/encoders.py`, {json.dumps(report)}\n\n"
        f"{chosen.seconds:g} s of formant speech at {RATE} Hz, 20 ms at a time. *Held back* is at"
        f" the engine's own rate; *resampled* is the most from engines at"
        f" {', '.join(map(str, ENGINE_RATES))} Hz.\n\n"
    )
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "encoders.md").write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
