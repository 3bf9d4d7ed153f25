"""Time to first audio, gaps and throughput: the engine alone, through HTTP, and through Gradio.

    python benchmarks/first_audio.py [--seconds 10] [--rounds 3] [--out benchmarks/results]

The three take turns in one run, so that a noisy machine is noisy for all; medians over the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvloop
from listeners import Ask, Sent, crowd, over_gradio, over_http

from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.speech import Audio, Call, Utterance

HERE = Path(__file__).parent
START_S = 60.0
SENTENCES = [
    "The quick brown fox jumps over the lazy dog, and then it sleeps.",
    "今天天气很好，我们去公园散步吧。",
    "Please hold the line while I look that up for you.",
    "这个 project 的进度比我们想的要快一些。",
    "Nobody had told the lighthouse keeper that the war was over.",
    "请把这份报告发给我，谢谢。",
]
# About half a minute each: what somebody listens to.
STORIES = [" ".join(SENTENCES[::2]) * 2, "".join(SENTENCES[1::2]) * 3]


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(command: list[str], url: str, ready: str) -> Iterator[str]:
    """Run a server for the body, from when it answers at `ready`."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + START_S
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(url + ready, timeout=5):
                break
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"did not start: {' '.join(command)}")
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def antiphon() -> contextlib.AbstractContextManager[str]:
    """The service as `antiphon serve` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "antiphon", "serve", "--port", str(port)]
    return served(command, f"http://127.0.0.1:{port}", "/readyz")


def gradio(*options: str) -> contextlib.AbstractContextManager[str]:
    """The Gradio app, as it usually is or `--tuned`."""
    port = free_port()
    command = [sys.executable, str(HERE / "gradio_app.py"), str(port), *options]
    return served(command, f"http://127.0.0.1:{port}", "/")


async def directly(streams: int, seconds: float) -> dict[str, float]:
    """The engine called in this process, with no door before it."""
    engine = await open_engine("formant", EngineOptions())

    async def ask(text: str, sent: Sent) -> AsyncIterator[bytes]:
        sent()
        async with engine.speak(Utterance(text), Call("bench")) as frames:
            async for frame in frames:
                if isinstance(frame, Audio):
                    yield frame.pcm

    try:
        await crowd([ask], SENTENCES, 0.5, play=False)
        return (await crowd([ask] * streams, SENTENCES, seconds, play=False)).summary()
    finally:
        await engine.aclose()


def measured(asks: list[Ask], seconds: float, play: bool = False) -> dict[str, float]:
    """One crowd over one server, after a warm-up."""

    async def run() -> dict[str, float]:
        await crowd(asks[:1], SENTENCES, 0.5, play=False)
        texts = STORIES if play else SENTENCES
        return (await crowd(asks, texts, seconds, play)).summary()

    return uvloop.run(run())  # as light as can be: the listeners share the cores


def one_round(streams: int, seconds: float) -> dict[str, dict[str, float]]:
    """Each system once, one after another."""
    found = {"engine": uvloop.run(directly(streams, seconds))}
    with antiphon() as url:
        found["http"] = measured([over_http(url) for _ in range(streams)], seconds)
        if streams > 1:
            found["http, live"] = measured(
                [over_http(url) for _ in range(streams)], max(seconds, 20), play=True
            )
    with gradio() as url:
        found["gradio"] = measured([over_gradio(url) for _ in range(streams)], seconds)
    with gradio("--tuned") as url:
        asks = [over_gradio(url, tuned=True) for _ in range(streams)]
        found["gradio, tuned"] = measured(asks, seconds)
    return found


def medians(rounds: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """The median of every figure over the rounds."""
    return {
        system: {
            figure: statistics.median(one[system][figure] for one in rounds)
            for figure in rounds[0][system]
        }
        for system in rounds[0]
    }


def machine() -> dict[str, object]:
    """What this was measured on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        capture_output=True, text=True, check=False, cwd=HERE,
    ).stdout.strip()  # fmt: skip
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "commit": commit,
        "cpu": model,
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
    }


def main() -> None:
    """Measure, print a table, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--out", type=Path, default=HERE / "results")
    chosen = parser.parse_args()
    report: dict[str, object] = {"machine": machine(), "streams": {}}
    lines = [
        "| streams | system | TTFA p50 ms | p95 ms | gap-free | audio-s/s |",
        "|--|--|--|--|--|--|",
    ]
    for streams in chosen.streams:
        found = medians([one_round(streams, chosen.seconds) for _ in range(chosen.rounds)])
        report["streams"][streams] = found  # type: ignore[index]
        for system, figures in found.items():
            lines.append(
                f"| {streams} | {system} | {figures['ttfa_p50_ms']:.1f} |"
                f" {figures['ttfa_p95_ms']:.1f} | {figures['gap_free']:.2%} |"
                f" {figures['audio_s_per_s']:.0f} |"
            )
            print(lines[-1], flush=True)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "first_audio.json").write_text(json.dumps(report, indent=2) + "\n")
    head = (
        f"# First audio\n\n`python benchmarks/first_audio.py`, {json.dumps(report['machine'])}\n\n"
    )
    (chosen.out / "first_audio.md").write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
