"""A text of 100,000 characters: does it start as soon as a short one, and does it disturb others?

    python benchmarks/long_text.py [--rounds 7]

First sound of a short text and of a long one of the same kind take turns; then eight listeners
play stories while three long texts (plain, full of numbers, Chinese) are read as fast as the wire
carries them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import time

import uvloop
from first_audio import HERE, STORIES, antiphon, machine
from listeners import Ask, Crowd, Heard, crowd, listen, over_http

SENTENCES = {
    "plain": "The quick brown fox jumps over the lazy dog. ",
    "numbers": "It cost $1,250.50 on May 3, 2024 at 3:30 pm. ",
    "chinese": "我们重新开始，银行在重庆，一行人走了三公里。",
}
CHARACTERS = 100_000
LONG_TEXTS = {
    kind: (sentence * (CHARACTERS // len(sentence) + 1))[:CHARACTERS]
    for kind, sentence in SENTENCES.items()
}
LISTENERS, SECONDS = 8, 12


async def first_sound_ms(ask: Ask, text: str) -> float:
    """Milliseconds to the first audible sample; the rest is not waited for."""
    heard = Heard()
    stream = ask(text, heard.sent)
    async for pcm in stream:
        heard.take(pcm, time.perf_counter())
        if heard.audible:
            break
    return 1e3 * ((heard.audible or time.perf_counter()) - heard.asked)


async def starts(url: str, rounds: int) -> dict[str, dict[str, float]]:
    """Median first sound of a sentence and of 100,000 characters of it, taking turns."""
    found: dict[str, dict[str, list[float]]] = {
        kind: {"short": [], "long": []} for kind in SENTENCES
    }
    for turn in range(rounds + 1):
        for kind, sentence in SENTENCES.items():
            for length, text in (("short", sentence), ("long", LONG_TEXTS[kind])):
                took = await first_sound_ms(over_http(url), text)
                await asyncio.sleep(0.3)  # what was left is given back
                if turn:  # the first one warms up
                    found[kind][length].append(took)
    return {kind: _compared(each) for kind, each in found.items()}


def _compared(took: dict[str, list[float]]) -> dict[str, float]:
    medians = {f"{length}_ms": statistics.median(each) for length, each in took.items()}
    ratio = medians["long_ms"] / medians["short_ms"]
    return {name: round(ms, 2) for name, ms in medians.items()} | {"ratio": round(ratio, 2)}


async def disturbed(url: str) -> dict[str, float]:
    """What eight listeners hear while long texts are read beside them."""

    async def read(text: str) -> None:
        await listen(over_http(url), text, play=False)

    async with asyncio.TaskGroup() as beside:
        long_ones = [beside.create_task(read(text)) for text in LONG_TEXTS.values()]
        heard: Crowd = await crowd(
            [over_http(url) for _ in range(LISTENERS)], STORIES, SECONDS, play=True
        )
        for one in long_ones:
            one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await one
    late = sum(one.late for one in heard.heard)
    return {**heard.summary(), "late_frames": late}


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    report: dict[str, object] = {"machine": machine()}
    with antiphon() as url:
        report["first_sound"] = uvloop.run(starts(url, chosen.rounds))
        report["eight_listeners_beside"] = uvloop.run(disturbed(url))
    (HERE / "results" / "long_text.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
