"""Listeners for benchmarks: they ask over loopback, note when sound arrives, and hear gaps."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from array import array
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from antiphon.audio.wav import header

RATE = 24_000
AUDIBLE = 300  # of 32 768: about -41 dBFS
LATE_S = 0.05
WAIT_S = 15.0

# One asks for a text and gives the PCM as it comes; it calls `sent` when the last byte of the
# request has left, which is when the waiting begins.
Sent = Callable[[], None]
Ask = Callable[[str, Sent], AsyncIterator[bytes]]


@dataclass
class Heard:
    """What one listener noticed in one answer; times in seconds."""

    asked: float = 0.0
    audible: float | None = None
    first: float | None = None
    audio_s: float = 0.0
    late: int = 0

    def sent(self) -> None:
        """The last byte of the request has left."""
        self.asked = time.perf_counter()

    def take(self, pcm: bytes, now: float) -> None:
        """Note a piece of audio that arrived `now`; playout starts at the first piece."""
        if self.first is None:
            self.first = now
        if now > self.first + self.audio_s + LATE_S:
            self.late += 1
        if self.audible is None:
            samples = array("h", pcm[: len(pcm) // 2 * 2])
            if any(abs(sample) > AUDIBLE for sample in samples):
                self.audible = now
        self.audio_s += len(pcm) / 2 / RATE


@dataclass
class Crowd:
    """Everything a crowd of listeners heard."""

    heard: list[Heard] = field(default_factory=list)
    wall_s: float = 0.0
    failed: int = 0

    def summary(self) -> dict[str, float]:
        """TTFA p50/p95 in ms, share of gap-free streams, seconds of audio per second."""
        waits = sorted(one.audible - one.asked for one in self.heard if one.audible)
        gap_free = sum(one.late == 0 for one in self.heard)
        return {
            "streams": len(self.heard),
            "failed": self.failed,
            "ttfa_p50_ms": round(1e3 * waits[len(waits) // 2], 2),
            "ttfa_p95_ms": round(1e3 * waits[int(len(waits) * 0.95)], 2),
            "gap_free": round(gap_free / len(self.heard), 4),
            "audio_s_per_s": round(sum(one.audio_s for one in self.heard) / self.wall_s, 1),
        }


async def listen(ask: Ask, text: str, play: bool) -> Heard:
    """Ask once and hear it out; with `play`, stay for as long as the audio lasts."""
    heard = Heard()
    async for pcm in ask(text, heard.sent):
        heard.take(pcm, time.perf_counter())
    if play and heard.first is not None:
        await asyncio.sleep(max(0.0, heard.first + heard.audio_s - time.perf_counter()))
    return heard


async def crowd(asks: list[Ask], texts: list[str], seconds: float, play: bool) -> Crowd:
    """One listener per `ask`, each asking again and again for `seconds`."""
    result = Crowd()
    start = time.perf_counter()

    async def one(index: int, ask: Ask) -> None:
        if play:  # listeners do not arrive all in the same millisecond
            await asyncio.sleep(seconds / 4 * index / len(asks))
        turn = index
        while time.perf_counter() - start < seconds:
            try:
                result.heard.append(await listen(ask, texts[turn % len(texts)], play))
            except (TimeoutError, OSError, asyncio.IncompleteReadError):
                result.failed += 1  # nothing came for `WAIT_S`, or the connection broke
            turn += 1

    async with asyncio.TaskGroup() as group:
        for index, ask in enumerate(asks):
            group.create_task(one(index, ask))
    result.wall_s = time.perf_counter() - start
    return result


class Connection:
    """A kept-alive HTTP/1.1 connection, just enough for a benchmark and cheap to run."""

    def __init__(self, url: str) -> None:
        split = urlsplit(url)
        self._host, self._port = split.hostname or "127.0.0.1", split.port or 80
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def request(
        self, method: str, path: str, body: object = None, sent: Sent = lambda: None
    ) -> AsyncIterator[bytes]:
        """The pieces of the answer's body as they come; raises on any status but 200."""
        try:
            async for piece in self._answer(method, path, body, sent):
                yield piece
        except BaseException:
            self._reader = self._writer = None  # whatever else comes on it is not ours
            raise

    async def _answer(
        self, method: str, path: str, body: object, sent: Sent
    ) -> AsyncIterator[bytes]:
        reader = await self._send(method, path, body)
        sent()
        headers = await self._headers(reader)
        if "content-length" in headers:
            left = int(headers["content-length"])
            while left:
                async with asyncio.timeout(WAIT_S):
                    piece = await reader.read(min(left, 65_536))
                if not piece:
                    raise ConnectionError("the server closed the connection in an answer")
                left -= len(piece)
                yield piece
        else:
            while piece := await self._chunk(reader):
                yield piece

    async def _chunk(self, reader: asyncio.StreamReader) -> bytes:
        """One chunk; an empty one is the last. (`wait_for` would make a task for each wait.)"""
        async with asyncio.timeout(WAIT_S):
            size = int(await reader.readline(), 16)
            return (await reader.readexactly(size + 2))[:-2]

    async def _send(self, method: str, path: str, body: object) -> asyncio.StreamReader:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                self._host, self._port, limit=1024 * 1024
            )
        data = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
            "Cache-Control: no-store\r\n\r\n"  # every answer is made, none is remembered
        )
        self._writer.write(head.encode() + data)
        # `drain` waits for the high-water mark alone, and 0 makes that mark the last byte.
        self._writer.transport.set_write_buffer_limits(0)
        await self._writer.drain()
        return self._reader

    async def _headers(self, reader: asyncio.StreamReader) -> dict[str, str]:
        async with asyncio.timeout(WAIT_S):
            block = await reader.readuntil(b"\r\n\r\n")
        status, *lines = block.decode("latin-1").split("\r\n")
        if " 200" not in status:
            raise RuntimeError(f"{status}: {(await reader.read(2_000))[:300]!r}")
        pairs = (line.partition(":") for line in lines if line)
        return {name.lower(): value.strip() for name, _, value in pairs}


def over_http(url: str) -> Ask:
    """A listener of Antiphon's own door, in PCM."""
    connection = Connection(url)

    async def ask(text: str, sent: Sent) -> AsyncIterator[bytes]:
        body = {"input": text, "response_format": "pcm"}
        async for piece in connection.request("POST", "/v1/audio/speech", body, sent):
            yield piece

    return ask


def over_gradio(url: str, tuned: bool = False) -> Ask:
    """A listener of the Gradio app: join the queue, wait for the event, fetch the file.

    The recording is sent once, as a browser does, and named in every call.
    """
    connection = Connection(url)
    prompt = None if tuned else uploaded(url)

    async def whole(
        method: str, path: str, body: object = None, sent: Sent = lambda: None
    ) -> bytes:
        return b"".join([piece async for piece in connection.request(method, path, body, sent)])

    async def ask(text: str, sent: Sent) -> AsyncIterator[bytes]:
        data = [text] if tuned else ["What it says.", prompt, text, 42, 24_000, True]
        event = json.loads(await whole("POST", "/gradio_api/call/speak", {"data": data}, sent))
        events = (await whole("GET", f"/gradio_api/call/speak/{event['event_id']}")).decode()
        if "event: complete" not in events:
            raise RuntimeError(events[-300:])
        (answer,) = json.loads(events.rpartition("data: ")[2])
        skip = 44  # the header of a wav file
        async for piece in connection.request("GET", urlsplit(answer["url"]).path):
            yield piece[skip:]
            skip = max(0, skip - len(piece))

    return ask


def uploaded(url: str) -> dict[str, object]:
    """Four seconds of a recording at the Gradio app, as it wants it named."""
    wav = header(RATE, 8 * RATE) + bytes(8 * RATE)
    edge = "antiphon-benchmark"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="voice.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    request = urllib.request.Request(
        f"{url}/gradio_api/upload",
        head.encode() + wav + f"\r\n--{edge}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={edge}"},
    )
    with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
        (path,) = json.load(answer)
    return {"path": path, "meta": {"_type": "gradio.FileData"}}
