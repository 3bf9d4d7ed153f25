"""Ten thousand enrolled voices: do listing, looking one up, and memory stay as they are with ten?

    python benchmarks/many_voices.py [--voices 10000] [--asks 300]

For each number of voices a fresh server is started, and beside it one with ten voices; a client
asks them in turns, so that a busy machine is busy for both: the first ten voices, ten from the
middle, one voice by id and one by name. The recordings are short, since their length is no matter
here. Memory is what the server's own process holds (proportional set size), after all of it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from first_audio import HERE, START_S, free_port, machine
from footprint import memory

from antiphon.settings import Settings
from antiphon.speech import Recording
from antiphon.staircase import memory as kept_by
from antiphon.voices.enrolled import Profile

STEPS = (10, 100, 1_000, 10_000)
SAMPLES = 2_400
VOICES = "/v1/audio/voices"
LIST = f"{VOICES}?limit=10"


@dataclass(frozen=True, slots=True)
class Library:
    """A data folder and the ids of its voices."""

    folder: Path
    ids: list[str]


async def enrol(library: Library, last: int) -> tuple[list[str], float]:
    """More voices, up to so many; their ids, and the seconds that each took."""
    ids, first = [], len(library.ids)
    async with kept_by(Settings(data=library.folder)) as kept:
        began = time.perf_counter()
        for number in range(first, last):
            pcm = random.Random(number).randbytes(2 * SAMPLES)  # noqa: S311
            profile = Profile("local", f"voice number {number}", "true")
            one = await kept.library.enrol(profile, {"neutral": Recording(pcm, 24_000)})
            ids.append(one.id)
        return ids, (time.perf_counter() - began) / (last - first)


def took_ms(connection: http.client.HTTPConnection, path: str) -> float:
    """How long one answer took."""
    began = time.perf_counter()
    connection.request("GET", path)
    with connection.getresponse() as answer:
        assert answer.read()
        assert answer.status == 200, path
    return 1e3 * (time.perf_counter() - began)


def summary(took: list[float]) -> dict[str, float]:
    """Half of them, and all but one in twenty, were quicker than this."""
    p95 = statistics.quantiles(took, n=20)[-1]
    return {"p50_ms": round(statistics.median(took), 2), "p95_ms": round(p95, 2)}


@contextlib.contextmanager
def server(folder: Path) -> Iterator[tuple[int, int]]:
    """A server on this folder, once it is ready; its port and its process id."""
    port = free_port()
    command = [sys.executable, "-m", "antiphon", "serve", "--port", str(port), "--data", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield port, process.pid
        finally:
            process.terminate()


def _wait(port: int) -> None:
    give_up = time.monotonic() + START_S
    while time.monotonic() < give_up:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def paths(ids: list[str], draw: random.Random) -> dict[str, str]:
    """One of each question, about one voice of these."""
    number = draw.randrange(len(ids))
    return {
        "first_page": LIST,
        "middle_page": f"{LIST}&after={ids[len(ids) // 2]}",
        "by_id": f"{VOICES}/{ids[number]}",
        "by_name": f"{VOICES}/voice%20number%20{number}",
    }


def measured(few: Library, many: Library, asks: int) -> dict[str, object]:
    """What two fresh servers do, with few and with many voices, asked in turns."""
    draw = random.Random(1)  # noqa: S311
    found: dict[str, dict[str, list[float]]] = {"few": {}, "many": {}}
    with server(few.folder) as (few_port, _), server(many.folder) as (many_port, pid):
        turns = [
            ("few", http.client.HTTPConnection("127.0.0.1", few_port, timeout=10), few),
            ("many", http.client.HTTPConnection("127.0.0.1", many_port, timeout=10), many),
        ]
        for number in range(asks + 20):  # the first ones load what they need
            for name, connection, library in turns:
                for question, path in paths(library.ids, draw).items():
                    took = took_ms(connection, path)
                    if number >= 20:
                        found[name].setdefault(question, []).append(took)
        held_mb = memory(pid)["server #0"]
    told = {
        name: {question: summary(took) for question, took in each.items()}
        for name, each in found.items()
    }
    return {**told["many"], "server_mb": held_mb, "ten_voices_beside": told["few"]}


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", type=int, default=STEPS[-1])
    parser.add_argument("--asks", type=int, default=300)
    chosen = parser.parse_args()
    report: dict[str, object] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as name:
        few, many = Library(Path(name) / "few", []), Library(Path(name) / "many", [])
        few.ids.extend(asyncio.run(enrol(few, STEPS[0]))[0])
        for step in [each for each in STEPS if each <= chosen.voices]:
            more, each_s = asyncio.run(enrol(many, step))
            many.ids.extend(more)
            found = measured(few, many, chosen.asks)
            report[f"{step} voices"] = {"enrol_ms": round(1e3 * each_s, 2), **found}
        size = (many.folder / "antiphon.db").stat().st_size
        report["database_mb"] = round(size / 1e6, 1)
    (HERE / "results" / "many_voices.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
