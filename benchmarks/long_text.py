"""A text of 100,000 characters: does it start as soon as a short one, and does it disturb others?

    python benchmarks/long_text.py [--rounds 7]

First sound of a short and of a long text take turns; then eight listeners play stories while three
long texts (plain, full of numbers, Chinese) are read as fast as the wire carries them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import time

from first_audio import HERE, STORIES, antiphon, machine
from listeners import Ask, Crowd, Heard, crowd, listen, over_http

SHORT = "The quick brown fox jumps over the lazy dog."
LONG = (SHORT + " ") * 2_300
LONG_TEXTS = {
    "plain": LONG[:100_000],
    "numbers": ("It cost $1,250.50 on May 3, 2024 at 3:30 pm. " * 2_300)[:100_000],
    "chinese": ("我们重新开始，银行在重庆，一行人走了三公里。" * 5_000)[:100_000],
}
LISTENERS, SECONDS = 8, 12


async def first_sound_ms(ask: Ask, text: str) -> float:
    """Milliseconds to the first audible sample; the rest is not waited for."""
    heard = Heard(time.perf_counter())
    stream = ask(text)
    async for pcm in stream:
        heard.take(pcm, time.perf_counter())
        if heard.audible:
            break
    return 1e3 * ((heard.audible or time.perf_counter()) - heard.asked)


async def starts(url: str, rounds: int) -> dict[str, float]:
    """Median first sound of the short text and of each long one, taking turns."""
    found: dict[str, list[float]] = {"short": [], **{name: [] for name in LONG_TEXTS}}
    await listen(over_http(url), SHORT, play=False)
    for _ in range(rounds):
        for name, text in {"short": SHORT, **LONG_TEXTS}.items():
            found[name].append(await first_sound_ms(over_http(url), text))
            await asyncio.sleep(0.3)  # what was left is given back
    return {name: round(statistics.median(each), 1) for name, each in found.items()}


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
        report["first_sound_ms"] = asyncio.run(starts(url, chosen.rounds))
        report["eight_listeners_beside"] = asyncio.run(disturbed(url))
    (HERE / "results" / "long_text.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
