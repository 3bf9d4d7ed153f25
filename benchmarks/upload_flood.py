"""Whether a flood of uploads slows running speech: TTFA over HTTP without one, and with one.

    python benchmarks/upload_flood.py [--beside] [--seconds 15] [--rounds 5] [--out FOLDER]

Uploads go to `POST /v1/audio/voices` of the service as `antiphon serve` starts it; with `--beside`
to a bare route in the same process that does nothing but check them (`References.accept`), which
leaves out what the multipart door and the library cost. Quiet and flood take turns in one run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from threading import Event, Thread

from first_audio import HERE, SENTENCES, free_port, machine, served
from listeners import crowd, over_http

sys.path.insert(0, str(HERE.parent))

PATHS = {False: "/v1/audio/voices", True: "/beside"}
BOUNDARY = "flood-of-uploads"
BUSY_S = 0.05  # what an impatient client waits after a 503 instead of `Retry-After`


def files() -> list[bytes]:
    """What is uploaded, good and bad, from a few bytes to ten megabytes."""
    import numpy as np

    from tests.voices import crafted, sounds

    voice = sounds.speech()
    return [
        sounds.file(voice),
        sounds.file(np.tile(voice, 8), "ogg", "libopus", 48_000),
        sounds.file(np.tile(voice, 8), "wav", "pcm_f32le", 48_000),
        sounds.file(sounds.noise(20), "flac", "flac"),
        crafted.long_mp3(3),
        crafted.zipped("a.wav", bytes(10_000_000)),
        crafted.endless_ogg(),
        b"\x7fELF" + bytes(1_000),
    ]


def form(name: str, data: bytes) -> bytes:
    """A multipart body as `POST /v1/audio/voices` takes it."""
    fields = {"name": name, "consent": "true"}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="audio_sample"; filename="a.wav"'
    parts.append(f"--{BOUNDARY}\r\n{head}\r\nContent-Type: audio/wav\r\n\r\n".encode() + data)
    return b"".join(parts) + f"\r\n--{BOUNDARY}--\r\n".encode()


def flood(url: str, uploaders: int, seconds: float) -> None:
    """Upload as fast as it goes, from as many threads, and print what came back as JSON."""
    bodies, answers, over = files(), Counter[str](), Event()

    def one(index: int) -> None:
        turn = index
        while not over.is_set():
            body = bodies[turn % len(bodies)]
            kind = "application/octet-stream"
            if not url.endswith(PATHS[True]):
                body = form(f"flood {index} {turn} {time.time_ns()}", body)
                kind = f"multipart/form-data; boundary={BOUNDARY}"
            answers[status := _post(url, body, kind)] += 1
            if status == "503":
                over.wait(BUSY_S)
            turn += 1

    threads = [Thread(target=one, args=(index,), daemon=True) for index in range(uploaders)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    over.wait(seconds)
    over.set()
    print(json.dumps(answers), flush=True)


def _post(url: str, body: bytes, kind: str) -> str:
    request = urllib.request.Request(url, body, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError:
        return "broken"


def serve_beside(port: int) -> None:
    """The service with one route more, which checks what it is sent."""
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    from antiphon.cli import server
    from antiphon.edge.app import create_app
    from antiphon.errors import SpeechError
    from antiphon.settings import Settings
    from antiphon.voices.reference import References

    references = References()

    async def check(request: Request) -> Response:
        try:
            await references.accept(await request.body())
        except SpeechError as error:
            return JSONResponse({"error": str(error)}, error.status)
        return Response(status_code=200)

    def with_route(*arguments: object, **options: object) -> object:
        app = create_app(*arguments, **options)  # type: ignore[arg-type]
        app.router.routes.append(Route(PATHS[True], check, methods=["POST"]))
        return app

    server.create_app = with_route  # type: ignore[assignment]
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listening:
        server.run(Settings(port=port), listening)


def speech(url: str, streams: int, seconds: float) -> dict[str, float]:
    """What a crowd notices, each asking for a sentence and hearing it out before the next."""
    asks = [over_http(url) for _ in range(streams)]
    return asyncio.run(crowd(asks, SENTENCES, seconds, play=True)).summary()


def flooded(url: str, path: str, chosen: argparse.Namespace) -> dict[str, float]:
    """The same while uploads come."""
    how = ["--flood", url + path, "--uploaders", str(chosen.uploaders)]
    command = [sys.executable, __file__, *how, "--seconds", str(chosen.seconds + 1)]
    # The flood stands for other machines: it must not take this one's time from the server.
    with subprocess.Popen(
        ["nice", "-n", "15", *command],  # noqa: S607
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.5)
        found = speech(url, chosen.streams, chosen.seconds)
        answers = json.loads(process.communicate(timeout=120)[0])
    return {**found, **{f"uploads {status}": count for status, count in answers.items()}}


def _command(beside: bool, port: int, data: str) -> list[str]:
    if beside:
        return [sys.executable, __file__, "--serve", str(port)]
    return [sys.executable, "-m", "antiphon", "serve", "--port", str(port), "--data", data]


def compare(chosen: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Medians over the rounds, without and with a flood."""
    port = free_port()
    rounds = []
    with (
        tempfile.TemporaryDirectory() as data,  # the voices that come through are nobody's
        served(_command(chosen.beside, port, data), f"http://127.0.0.1:{port}", "/readyz") as url,
    ):
        speech(url, 1, 1)
        for _ in range(chosen.rounds):
            quiet = speech(url, chosen.streams, chosen.seconds)
            flood_ = flooded(url, PATHS[chosen.beside], chosen)
            rounds.append({"quiet": quiet, "flood": flood_})
            print(json.dumps(rounds[-1]), flush=True)
    return {
        kind: {
            figure: statistics.median(one[kind].get(figure, 0) for one in rounds)
            for figure in sorted({name for one in rounds for name in one[kind]})
        }
        for kind in ("quiet", "flood")
    }


def main() -> None:
    """Measure, or play one of the parts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--beside", action="store_true")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--streams", type=int, default=32)
    parser.add_argument("--uploaders", type=int, default=8)
    parser.add_argument("--out", type=Path, default=HERE / "results")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--flood", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve_beside(chosen.serve)
    elif chosen.flood:
        flood(chosen.flood, chosen.uploaders, chosen.seconds)
    else:
        found = compare(chosen)
        ratio = found["flood"]["ttfa_p95_ms"] / found["quiet"]["ttfa_p95_ms"]
        how = {"route": PATHS[chosen.beside], "streams": chosen.streams, "seconds": chosen.seconds}
        report = {"machine": machine(), **how, **found, "ttfa_p95_ratio": round(ratio, 3)}
        chosen.out.mkdir(parents=True, exist_ok=True)
        (chosen.out / "upload_flood.json").write_text(json.dumps(report, indent=2) + "\n")
        print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
