"""Ten thousand enrolled voices: do listing, looking one up, and memory stay as they are with ten?

    python benchmarks/many_voices.py [--voices 10000] [--asks 300]

For each number of voices a fresh server is started on the same data folder; a client on one
connection asks for the first ten voices, ten from the middle, one voice by id and one by
name. The recordings are short, since their length is no matter here. Memory is what the server's
own process holds (proportional set size), after all of it was asked.
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


async def enrol(folder: Path, first: int, last: int) -> tuple[list[str], float]:
    """Voices number `first` to `last`; their ids, and the seconds that each took."""
    ids = []
    async with kept_by(Settings(data=folder)) as kept:
        began = time.perf_counter()
        for number in range(first, last):
            pcm = random.Random(number).randbytes(2 * SAMPLES)  # noqa: S311
            profile = Profile("local", f"voice number {number}", "true")
            one = await kept.library.enrol(profile, {"neutral": Recording(pcm, 24_000)})
            ids.append(one.id)
        return ids, (time.perf_counter() - began) / (last - first)


def asked(port: int, paths: list[str]) -> dict[str, float]:
    """Milliseconds that each took, on one connection."""
    took = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for path in paths:
        began = time.perf_counter()
        connection.request("GET", path)
        with connection.getresponse() as answer:
            assert answer.read()
            assert answer.status == 200, path
        took.append(1e3 * (time.perf_counter() - began))
    connection.close()
    return {
        "p50_ms": round(statistics.median(took), 2),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 2),
    }


@contextlib.contextmanager
def server(port: int, folder: Path) -> Iterator[int]:
    """A server on this folder, once it is ready; its process id."""
    command = [sys.executable, "-m", "antiphon", "serve", "--port", str(port), "--data", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield process.pid
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


def measured(folder: Path, ids: list[str], asks: int) -> dict[str, object]:
    """What a fresh server does with so many voices."""
    port, draw = free_port(), random.Random(1)  # noqa: S311
    picked = [draw.randrange(len(ids)) for _ in range(asks)]
    with server(port, folder) as pid:
        asked(port, [LIST] * 20)  # the first ones load what they need
        report: dict[str, object] = {
            "first_page": asked(port, [LIST] * asks),
            "middle_page": asked(port, [f"{LIST}&after={ids[len(ids) // 2]}"] * asks),
            "by_id": asked(port, [f"{VOICES}/{ids[each]}" for each in picked]),
            "by_name": asked(port, [f"{VOICES}/voice%20number%20{each}" for each in picked]),
        }
        report["server_mb"] = memory(pid)["server #0"]
    return report


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", type=int, default=STEPS[-1])
    parser.add_argument("--asks", type=int, default=300)
    chosen = parser.parse_args()
    report: dict[str, object] = {"machine": machine()}
    ids: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for step in [each for each in STEPS if each <= chosen.voices]:
            more, each_s = asyncio.run(enrol(folder, len(ids), step))
            ids += more
            report[f"{step} voices"] = {
                "enrol_ms": round(1e3 * each_s, 2),
                **measured(folder, ids, chosen.asks),
            }
        report["database_mb"] = round((folder / "antiphon.db").stat().st_size / 1e6, 1)
    (HERE / "results" / "many_voices.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
