"""What the text room costs for 100 characters: with and without digits, and the readings.

    python benchmarks/text_cost.py [--rounds 30] [--out benchmarks/results]

In one process, without the way to the child and back; each text is cut to 100 characters.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from first_audio import HERE, machine

from antiphon.text.normalization import normalize
from antiphon.text.pronunciation import pinyin, respelled, spelled

PLAIN = {
    "zh": "今天天气很好，我们去公园散步吧。孩子们在草地上跑来跑去，老人坐在树下慢慢地喝茶。",
    "en": "The quick brown fox jumps over the lazy dog, and sleeps until the morning comes. ",
    "mixed": "这个 project 的进度比我们想的要快，請 review 一下 and then tell everybody about it。",
}
NUMBERS = {
    "zh": "2024年5月3日下午3:30，气温25.5℃，他花了¥1,200买了2台RTX4090，电话是13812345678。",
    "en": "On May 3, 2024 at 3:30 pm it was 25.5°C; she paid $1,200.50 for 2 RTX 4090 (5% off). ",
    "mixed": "我用GPT-4写了3个函数，iPhone 15 Pro卖¥7,999，AI 2.0时代CPU跑3.5GHz，10:30开会。",
}
TARGETS_MS = {"without digits": 1.0, "with digits": 30.0}


def hundred(text: str) -> str:
    """A hundred characters of it."""
    return (text * (100 // len(text) + 1))[:100]


def timed(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """Median and 95th percentile, in milliseconds."""
    work()  # loads what it needs
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1e3)
    return {
        "median_ms": round(statistics.median(took), 4),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 4),
    }


def measure(rounds: int) -> list[dict[str, object]]:
    """One row for each kind of text and each language."""
    rows: list[dict[str, object]] = []
    for kind, texts in (("without digits", PLAIN), ("with digits", NUMBERS)):
        for language, text in texts.items():
            cut = hundred(text)
            took = timed(lambda cut=cut: normalize(cut), rounds)
            rows.append({"what": "normalize", "text": kind, "language": language, **took})
    chinese = hundred(PLAIN["zh"])
    for what, read in (("pinyin", pinyin), ("respelled", respelled)):
        took = timed(lambda read=read: read(chinese), rounds)
        rows.append({"what": what, "text": "without digits", "language": "zh", **took})
    took = timed(lambda: spelled("重庆", "chong2 qing4"), rounds)
    rows.append({"what": "spelled", "text": "one word", "language": "zh", **took})
    return rows


def table(rows: list[dict[str, object]], where: dict[str, object]) -> str:
    """The rows for a person to read."""
    aims = ", ".join(f"{kind} {most:g}" for kind, most in TARGETS_MS.items())
    lines = [
        "# What text costs",
        "",
        f"`python benchmarks/text_cost.py`, {json.dumps(where)}",
        "",
        f"100 characters, in the process that does the work. Aims for normalizing, in ms: {aims}.",
        "",
        "| what | text | language | median ms | p95 ms |",
        "|--|--|--|--|--|",
    ]
    columns = ("what", "text", "language", "median_ms", "p95_ms")
    lines += [f"| {' | '.join(str(row[each]) for each in columns)} |" for row in rows]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print a table, keep the figures; 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--out", type=Path, default=HERE / "results")
    chosen = parser.parse_args()
    where = machine()
    rows = measure(chosen.rounds)
    chosen.out.mkdir(parents=True, exist_ok=True)
    kept = json.dumps({"machine": where, "rows": rows}, indent=1, ensure_ascii=False) + "\n"
    (chosen.out / "text_cost.json").write_text(kept, "utf-8")
    (chosen.out / "text_cost.md").write_text(table(rows, where), "utf-8")
    print(table(rows, where))
    missed = [
        row
        for row in rows
        if row["what"] == "normalize"
        and float(str(row["median_ms"])) > TARGETS_MS[str(row["text"])]
    ]
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
