"""What the server makes of bytes that are no plain request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Running, running
from tests.cli.test_serve import connected, everything

SPEECH = b"POST /v1/audio/speech HTTP/1.1\r\nHost: t\r\n"
CHUNKED = SPEECH + b"X-Request-Id: mine\r\nTransfer-Encoding: chunked\r\n\r\n"
ASKED = b'{"input": "Hi.", "voice": "low", "response_format": "pcm"}'
CLOSING = b"GET /livez HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all: whatever was sent to it before, it still answers."""
    folder: Path = tmp_path_factory.mktemp("data")
    with running("--engine", "tone", data=folder) as found:
        yield found


def answered(server: Running, *sent: bytes) -> bytes:
    """All that comes back until the server closes."""
    with connected(server.url) as connection:
        for each in sent:
            connection.sendall(each)
        return everything(connection)


def refused(answer: bytes, status: int, code: str) -> dict[str, str]:
    """The headers of a refusal whose body is the documented one."""
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    assert line.startswith(f"HTTP/1.1 {status} ")
    headers = dict(field.split(": ", 1) for field in fields)
    assert headers["content-type"] == "application/json"
    assert int(headers["content-length"]) == len(body)
    error = json.loads(body)["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert (error["type"], error["code"]) == ("invalid_request_error", code)
    return headers


@pytest.mark.parametrize(
    "endless",
    [
        b"0\r\n" + b"a: b\r\n" * 15_000,
        b"0\r\na: " + b"b" * 80_000,
        b"1;" + b"e" * 80_000,
        (b"1;" + b"e" * 1_000 + b"\r\n \r\n") * 80,
    ],
    ids=["trailers", "one-trailer", "one-extension", "extensions"],
)
def test_what_is_neither_head_nor_body_is_bounded(server: Running, endless: bytes) -> None:
    """Trailers and chunk extensions fill no memory; the refusal carries the caller's id."""
    headers = refused(answered(server, CHUNKED + endless), 413, "request_too_large")
    assert headers["x-request-id"] == "mine"


def test_trailers_are_not_headers(server: Running) -> None:
    """What comes after the body changes nothing, and the next request is read as ever."""
    body = b"%x\r\n%b\r\n0\r\nX-Request-Id: theirs\r\n\r\n" % (len(ASKED), ASKED)
    answer = answered(server, CHUNKED + body + CLOSING)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"x-request-id: mine" in answer
    assert b"theirs" not in answer
    assert answer.count(b"HTTP/1.1 200") == 2


def test_small_chunks_are_no_offence(server: Running) -> None:
    """A body sent byte by byte is mostly frames, and still a body."""
    padded = ASKED + b" " * 20_000
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in padded)
    assert answered(server, CHUNKED, chunks, b"0\r\n\r\n" + CLOSING).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"TLS/1.0"])
@pytest.mark.parametrize("whole", [True, False])
def test_an_offer_to_upgrade_is_declined(server: Running, protocol: bytes, whole: bool) -> None:
    """`curl --http2` is answered in HTTP/1.1, body and all, and so is what comes next."""
    head = SPEECH + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol
    head += b"\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: %d\r\n\r\n" % len(ASKED)
    parts = [head + ASKED + CLOSING] if whole else [head[:90], head[90:], ASKED, CLOSING]
    answer = answered(server, *parts)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b'{"status":"ok"}')


def test_a_request_behind_a_large_body_is_read(server: Running) -> None:
    """The bytes of one request are not counted as the head of the next."""
    body = ASKED + b" " * 100_000
    head = SPEECH + b"Content-Length: %d\r\n\r\n" % len(body)
    answer = answered(server, head + body + CLOSING[:30], CLOSING[30:])
    assert answer.count(b"HTTP/1.1 200") == 2


def test_many_requests_in_one_go_are_read(server: Running) -> None:
    """The bound is for each of them and not for all."""
    one = b"GET /livez HTTP/1.1\r\nHost: t\r\nX-Pad: " + b"p" * 4_000 + b"\r\n\r\n"
    assert answered(server, one * 40 + CLOSING).count(b"HTTP/1.1 200") == 41


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\x16\x03\x01 hello\r\n\r\n", 400, "invalid_request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "invalid_request"),
        (b"CONNECT example.com:443 HTTP/1.1\r\nHost: t\r\n\r\n", 400, "invalid_request"),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 80_000, 413, "request_too_large"),
    ],
)
def test_a_refusal_has_the_documented_body(
    server: Running, sent: bytes, status: int, code: str
) -> None:
    """Whoever reads errors reads this one too, and can name it to the operator."""
    headers = refused(answered(server, sent), status, code)
    assert headers["x-request-id"].startswith("req_")
    assert headers["connection"] == "close"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_refusal_waits_for_the_answer_before_it(server: Running) -> None:
    """Rubbish behind a request neither cuts nor replaces that request's answer."""
    head = SPEECH + b"Content-Length: %d\r\n\r\n" % len(ASKED)
    answer = answered(server, head + ASKED + b"\x01rubbish\r\n\r\n")
    first, end, rest = answer.partition(b"\r\n0\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 200")
    assert end
    refused(rest, 400, "invalid_request")


def test_a_head_that_does_not_come_is_refused_in_json(tmp_path: Path) -> None:
    """A timeout is a situation as any other."""
    with (
        running("--engine", "tone", "--request-timeout-s", "0.2", data=tmp_path) as slow,
        connected(slow.url) as connection,
    ):
        refused(everything(connection), 408, "request_timeout")
