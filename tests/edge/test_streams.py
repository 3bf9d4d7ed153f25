"""Streams that are watched, left, broken, refused and stalled, against an engine that counts."""

from __future__ import annotations

import socket
import struct
from typing import NoReturn

import anyio
import anyio.abc
import anyio.to_thread
import httpx
import msgspec
import pytest

from antiphon.errors import EngineFailed, Overloaded
from antiphon.settings import Settings
from tests.edge import raw
from tests.edge.fakes import Watched
from tests.edge.serving import Served, only, serving

pytestmark = pytest.mark.anyio
FORMATS = ["pcm", "mp3"]
ASK = {"input": "One.", "response_format": "pcm"}


def client(served: Served) -> httpx.AsyncClient:
    """A client that trusts no environment."""
    return httpx.AsyncClient(base_url=served.url, trust_env=False, timeout=15)


async def take_everything(stream: anyio.abc.ByteStream) -> NoReturn:
    """Read until there is no connection any more."""
    while True:
        await stream.receive()


@pytest.mark.parametrize("format", FORMATS)
async def test_a_listener_who_leaves_frees_the_slot_at_every_frame(format: str) -> None:
    """Before the headers, between frames and after the last: nobody stays inside."""
    engine = Watched(frames=5, samples=2_400)
    message = raw.request(msgspec.json.encode({**ASK, "response_format": format}))
    async with serving(opener=only(lambda: engine)) as served:
        for index in range(5):
            engine.stop_at(index)
            async with await anyio.connect_tcp("127.0.0.1", served.port) as stream:
                await stream.send(message)
                await engine.reached.wait()
                assert engine.inside == served.house.door.streams == 1
            await engine.emptied.wait()
            assert engine.inside == 0
        engine.gate = None
        async with client(served) as http:
            assert (await http.post(raw.SPEECH, json=ASK)).status_code == 200
        assert served.house.door.streams == 0


@pytest.mark.parametrize("format", FORMATS)
async def test_the_first_bytes_leave_before_the_text_is_spoken(format: str) -> None:
    """The engine stands at a closed gate while the listener already hears."""
    engine = Watched(frames=6, samples=2_400)
    async with serving(opener=only(lambda: engine)) as served, client(served) as http:
        engine.stop_at(4)
        order: list[str] = []
        async with http.stream(
            "POST", raw.SPEECH, json={**ASK, "response_format": format}
        ) as heard:
            async for _ in heard.aiter_raw():
                if not order:
                    assert not engine.emptied.is_set()
                    order.append("heard")
                    assert engine.gate is not None
                    engine.gate.set()
        await engine.emptied.wait()
        order.append("spoken")
    assert order == ["heard", "spoken"]


async def test_a_failure_before_audio_has_a_true_status() -> None:
    """Nothing was sent, so the situation's own status and advice are."""
    engine = Watched()
    engine.fail_at, engine.failure = 0, Overloaded(3, 3, retry_after_s=2.5)
    async with serving(opener=only(lambda: engine)) as served, client(served) as http:
        answer = await http.post(raw.SPEECH, json=ASK)
    assert (answer.status_code, answer.json()["error"]["type"]) == (503, "overloaded_error")
    assert (answer.headers["retry-after"], answer.headers["retry-after-ms"]) == ("3", "2500")
    assert answer.headers["x-should-retry"] == "true"


async def test_an_error_that_nobody_foresaw_tells_nothing_of_the_inside() -> None:
    """The caller reads 500 and a request id; the operator reads the log."""
    engine = Watched()
    engine.fail_at = 0
    async with serving(opener=only(lambda: engine)) as served, client(served) as http:
        answer = await http.post(raw.SPEECH, json=ASK)
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "server_error")
    assert "broken" not in answer.text
    assert answer.headers["x-should-retry"] == "false"


async def test_a_failure_after_audio_cuts_the_stream_short() -> None:
    """Bare audio ends without its last chunk, after everything that was spoken."""
    engine = Watched()
    engine.fail_at, engine.failure = 2, EngineFailed("broke")
    async with serving(opener=only(lambda: engine)) as served:
        message = raw.request(msgspec.json.encode(ASK))
        reply = await anyio.to_thread.run_sync(raw.ask, served.port, message)
        assert (reply.status, reply.complete) == (200, False)
        assert len(reply.body) == 2 * 2 * 240
        assert (engine.inside, served.house.door.streams) == (0, 0)


async def test_a_failure_after_audio_is_an_event_among_events() -> None:
    """Server-sent events can say it, and end properly."""
    engine = Watched()
    engine.fail_at, engine.failure = 2, EngineFailed("broke")
    async with serving(opener=only(lambda: engine)) as served, client(served) as http:
        answer = await http.post(raw.SPEECH, json={**ASK, "stream_format": "sse"})
    last = msgspec.json.decode(answer.text.strip().rpartition("data: ")[2])
    assert last["type"] == "speech.audio.error"
    assert last["error"]["code"] == "engine_failed"


async def test_an_engine_that_says_nothing_had_nothing_to_say() -> None:
    """No frame of audio is no empty file."""
    engine = Watched(frames=0)
    async with serving(opener=only(lambda: engine)) as served, client(served) as http:
        answer = await http.post(raw.SPEECH, json=ASK)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "nothing_to_say")


async def test_an_engine_that_hangs_before_audio_is_given_up() -> None:
    """The first-audio limit ends it with 504, and its slot is free."""
    engine = Watched()
    settings = Settings(engine="tone", first_audio_timeout_s=0.1)
    async with serving(settings, only(lambda: engine)) as served, client(served) as http:
        engine.stop_at(0)
        answer = await http.post(raw.SPEECH, json=ASK)
        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "deadline_exceeded")
        assert (engine.inside, served.house.door.streams) == (0, 0)


async def test_an_engine_that_hangs_after_audio_is_given_up() -> None:
    """The next-audio limit ends it without the last chunk, and its slot is free."""
    engine = Watched()
    settings = Settings(engine="tone", next_audio_timeout_s=0.1)
    async with serving(settings, only(lambda: engine)) as served, client(served) as http:
        engine.stop_at(2)
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post(raw.SPEECH, json=ASK)
        assert (engine.inside, served.house.door.streams) == (0, 0)


async def test_one_stream_too_many_is_refused_at_once() -> None:
    """The one inside goes on, and its place is free afterwards."""
    engine = Watched()
    settings = Settings(engine="tone", max_streams=1)
    async with serving(settings, only(lambda: engine)) as served, client(served) as http:
        engine.stop_at(1)
        async with http.stream("POST", raw.SPEECH, json=ASK) as first:
            refused = await http.post(raw.SPEECH, json=ASK)
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "overloaded")
            assert refused.headers["retry-after"] == "1"
            assert engine.gate is not None
            engine.gate.set()
            assert len(await first.aread()) == 4 * 2 * 240
        engine.gate = None
        assert (await http.post(raw.SPEECH, json=ASK)).status_code == 200


async def test_a_listener_who_takes_nothing_is_dropped() -> None:
    """Past the stall limit the connection is gone, the slot is free, and it is counted."""
    engine = Watched(frames=10**9, samples=48_000)
    settings = Settings(engine="tone", stall_timeout_s=0.2)
    async with serving(settings, only(lambda: engine)) as served, client(served) as http:
        async with await anyio.connect_tcp("127.0.0.1", served.port) as stream:
            await stream.send(raw.request(msgspec.json.encode(ASK)))
            await engine.emptied.wait()
            with pytest.raises((anyio.BrokenResourceError, anyio.EndOfStream)):
                await take_everything(stream)
        assert (engine.inside, served.house.door.streams) == (0, 0)
        meters = (await http.get("/metrics")).text
    assert 'format="pcm",outcome="listener_stalled",route="speech"} 1.0' in meters


async def test_a_client_that_vanishes_while_asking_holds_nothing() -> None:
    """A reset in the middle of the body reaches no engine."""
    engine = Watched()
    async with serving(opener=only(lambda: engine)) as served, client(served) as http:
        async with await anyio.connect_tcp("127.0.0.1", served.port) as stream:
            await stream.send(raw.head(500) + b'{"input"')
            # Closing with this option set sends a reset instead of an orderly end.
            own = stream.extra_attributes[anyio.abc.SocketAttribute.raw_socket]()
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert (await http.post(raw.SPEECH, json=ASK)).status_code == 200
        assert len(engine.asked) == 1
