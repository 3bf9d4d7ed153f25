"""Bad requests over a real socket: each gets its exact status and code, and nothing stays."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from antiphon.settings import Settings
from tests.edge import raw
from tests.edge.serving import Served, serving_in_thread

INVALID = (400, "invalid_request")


def asked(**fields: Any) -> bytes:
    """A request that is right but for these fields."""
    return raw.request(msgspec.json.encode({"input": "One.", "voice": "low", **fields}))


def body(content: bytes, extra: str = "") -> bytes:
    """A request with exactly this body."""
    return raw.head(len(content), extra=extra) + content


OVERSIZE = b'{"input": "' + b"a" * 1_100_000 + b'"}'
FORM = body(b"input=One.").replace(b"application/json", b"application/x-www-form-urlencoded")

TABLE: dict[str, tuple[bytes, int, str, str | None]] = {
    "empty input": (asked(input=""), 400, "nothing_to_say", "input"),
    "whitespace only": (asked(input=" \n\t\u3000"), 400, "nothing_to_say", "input"),
    "punctuation only": (asked(input="...!? — 。，"), 400, "nothing_to_say", "input"),
    "emoji only": (asked(input="😀"), 400, "nothing_to_say", "input"),
    "too long": (asked(input="a" * 100_001), 400, "text_too_long", "input"),
    "oversize with length": (body(OVERSIZE), 413, "request_too_large", None),
    "oversize in chunks": (raw.head(None) + raw.chunks(OVERSIZE), 413, "request_too_large", None),
    "oversize announced": (
        raw.head(10**12, extra="expect: 100-continue\r\n"), 413, "request_too_large", None,
    ),
    "control character": (asked(input="a\x07b"), 400, "bad_text", "input"),
    "null character": (asked(input="\x00"), 400, "bad_text", "input"),
    "noncharacter": (asked(input="a\uffffb"), 400, "bad_text", "input"),
    "surrogate escaped": (body(rb'{"input": "a\ud800"}'), 400, "bad_text", "input"),
    "surrogate raw": (body(b'{"input": "a\xed\xa0\x80"}'), *INVALID, None),
    "not UTF-8": (body(b'{"input": "caf\xe9"}'), *INVALID, None),
    "UTF-16": (body('{"input": "One."}'.encode("utf-16")), *INVALID, None),
    "input missing": (body(b'{"voice": "low"}'), *INVALID, "input"),
    "input null": (asked(input=None), *INVALID, "input"),
    "input a number": (asked(input=1), *INVALID, "input"),
    "input a list": (asked(input=["One."]), *INVALID, "input"),
    "model a number": (asked(model=1), *INVALID, "model"),
    "voice a number": (asked(voice=1), *INVALID, "voice"),
    "voice without id": (asked(voice={}), *INVALID, "voice.id"),
    "voice id a number": (asked(voice={"id": 1}), *INVALID, "voice.id"),
    "format a number": (asked(response_format=1), *INVALID, "response_format"),
    "speed a string": (asked(speed="fast"), *INVALID, "speed"),
    "speed a boolean": (asked(speed=True), *INVALID, "speed"),
    "instructions a list": (asked(instructions=[]), *INVALID, "instructions"),
    "stream format a number": (asked(stream_format=1), *INVALID, "stream_format"),
    "language a number": (asked(language=1), *INVALID, "language"),
    "seed a fraction": (asked(seed=1.5), *INVALID, "seed"),
    "sample rate a string": (asked(sample_rate="24k"), *INVALID, "sample_rate"),
    "unknown voice": (asked(voice="nobody"), 400, "unknown_voice", "voice"),
    "empty voice": (asked(voice=""), 400, "unknown_voice", "voice"),
    "voice with a surrogate": (
        body(rb'{"input": "a", "voice": "\ud800"}'), *INVALID, "voice",
    ),
    "surrogate in a list": (
        body(rb'{"input": "a", "pronunciation_dictionaries": ["b", "\uDfff"]}'),
        *INVALID, "pronunciation_dictionaries",
    ),
    "surrogate in a rule": (
        body(rb'{"input": "a", "pronunciations": {"\uD83D": "b"}}'), *INVALID, "pronunciations",
    ),
    "surrogate in a name": (body(rb'{"input": "a", "\udc00": 1}'), *INVALID, "\\udc00"),
    "unknown model": (asked(model="nothing"), 404, "model_not_found", "model"),
    "unknown format": (asked(response_format="ogg"), 400, "unsupported_format", "response_format"),
    "unknown stream format": (asked(stream_format="ws"), *INVALID, "stream_format"),
    "unknown language": (asked(language="xx"), 400, "unsupported_language", "language"),
    "not a language": (asked(language="a b"), *INVALID, "language"),
    "too slow": (asked(speed=0.1), *INVALID, "speed"),
    "too fast": (asked(speed=4.01), *INVALID, "speed"),
    "speed NaN": (body(b'{"input": "One.", "speed": NaN}'), *INVALID, None),
    "speed infinite": (body(b'{"input": "One.", "speed": 1e999}'), *INVALID, "speed"),
    "seed negative": (asked(seed=-1), *INVALID, "seed"),
    "seed too large": (asked(seed=2**63), *INVALID, "seed"),
    "seed huge": (body(b'{"input": "One.", "seed": 1' + b"0" * 9_000 + b"}"), *INVALID, None),
    "rate too low": (asked(sample_rate=7_999), *INVALID, "sample_rate"),
    "rate too high": (asked(sample_rate=48_001), *INVALID, "sample_rate"),
    "rate that MP3 lacks": (asked(sample_rate=20_000), *INVALID, "sample_rate"),
    "broken JSON": (body(b'{"input": "One."'), *INVALID, None),
    "trailing text": (body(b'{"input": "One."} x'), *INVALID, None),
    "an array": (body(b'["One."]'), *INVALID, None),
    "a string": (body(b'"One."'), *INVALID, None),
    "a field twice": (body(b'{"input": "One.", "input": "Two."}'), *INVALID, "input"),
    "nested deeply": (body(b'{"input": ' + b"[" * 200_000), *INVALID, None),
    "no body": (raw.head(0), *INVALID, None),
    "a form": (FORM, *INVALID, None),
    "wrong method": (raw.head(0, method="PUT"), 405, "method_not_allowed", None),
    "DELETE": (raw.head(0, method="DELETE"), 405, "method_not_allowed", None),
    "unknown path": (raw.head(0, path="/v1/audio/song"), 404, "not_found", None),
    "unknown model listed": (
        raw.head(0, path="/v1/models/none", method="GET"), 404, "model_not_found", "model",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_a_bad_request_gets_its_exact_status_and_code(served: Served, name: str) -> None:
    """Every row is answered as the table says, in the one error shape, with a request id."""
    message, status, code, param = TABLE[name]
    answer = raw.ask(served.port, message)
    kind = answer.error["type"]
    assert (answer.status, answer.error["code"], answer.error["param"]) == (status, code, param)
    assert kind == "invalid_request_error"
    assert answer.error["message"]
    assert answer.headers["x-request-id"]
    assert answer.headers["content-type"] == "application/json"


def test_every_status_of_the_table_is_documented(served: Served) -> None:
    """What a caller of the speech endpoint can be told is in its description."""
    described = msgspec.json.decode(raw.get(served.port, "/openapi.json").body)
    responses = described["paths"]["/v1/audio/speech"]["post"]["responses"]
    seen = {row[1] for row in TABLE.values()} - {405} | {200, 408, 413, 500, 503, 504}
    assert seen <= {int(status) for status in responses}


def test_null_means_not_given(served: Served) -> None:
    """Every optional field may be null."""
    names = "model voice response_format speed instructions stream_format language seed sample_rate"
    answer = raw.speak(served.port, **dict.fromkeys(names.split()))
    assert answer.status == 200


def test_a_client_without_a_json_content_type_is_understood(served: Served) -> None:
    """What curl sends by default works, as long as the body is JSON."""
    message = asked().replace(b"application/json", b"application/x-www-form-urlencoded")
    assert raw.ask(served.port, message).status == 200


def test_a_client_that_closes_its_half_early_has_left(served: Served) -> None:
    """Half a body and then the end of the stream gets no answer and holds nothing."""
    with raw.connect(served.port) as connection:
        connection.sendall(raw.head(100) + b'{"input": ')
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""


def test_a_body_that_arrives_too_slowly_is_refused() -> None:
    """A client that stops in the middle of its body reads 408 and loses the connection."""
    with serving_in_thread(Settings(engine="tone", request_timeout_s=0.2)) as served:
        answer = raw.ask(served.port, raw.head(100) + b'{"input": ')
        assert (answer.status, answer.error["code"]) == (408, "request_timeout")
        assert answer.headers["connection"] == "close"


def test_bodies_in_flight_share_a_bound() -> None:
    """Bytes that wait in memory are counted over all requests; one too many is Overloaded."""
    with serving_in_thread(Settings(engine="tone", max_body_bytes=1000)) as served:
        served.house.door.bodies._held_bytes = 64 * 1000
        answer = raw.ask(served.port, asked())
    assert (answer.status, answer.error["type"]) == (503, "overloaded_error")


def leave_at_once(connection: socket.socket) -> None:
    """Connect and go."""


def leave_in_head(connection: socket.socket) -> None:
    """Go in the middle of the head."""
    connection.sendall(b"POST /v1/audio/speech HT")


def leave_in_body(connection: socket.socket) -> None:
    """Go in the middle of the body."""
    connection.sendall(raw.head(1000) + b'{"input"')


def leave_after_asking(connection: socket.socket) -> None:
    """Go without reading the answer."""
    connection.sendall(asked(input="One. " * 20, response_format="pcm"))


def test_a_thousand_dropped_connections_leave_nothing_behind(served: Served) -> None:
    """After them no stream is in flight and the server speaks."""
    ways: list[Callable[[socket.socket], None]] = [
        leave_at_once, leave_in_head, leave_in_body, leave_after_asking,
    ]  # fmt: skip
    for n in range(1_000):
        with raw.connect(served.port) as connection:
            ways[n % len(ways)](connection)
    after_everything(served)


def after_everything(served: Served) -> None:
    """The server speaks, and soon nothing is in flight (each look is a request of its own)."""
    assert raw.speak(served.port).status == 200
    for _ in range(2_000):
        if b"antiphon_streams_in_flight 0.0" in raw.get(served.port, "/metrics").body:
            break
    assert served.house.door.streams == 0
    assert served.house.door.bodies._held_bytes == 0
    assert b'outcome="speech_error"' not in raw.get(served.port, "/metrics").body
