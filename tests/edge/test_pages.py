"""The pages: the studio, the meters and the description."""

from __future__ import annotations

import gzip
import re
from importlib.resources import files

import msgspec
import pytest

from tests.edge import raw
from tests.edge.serving import Served

PAGES = {
    "/": "text/html; charset=utf-8",
    "/studio/app.js": "text/javascript; charset=utf-8",
    "/studio/style.css": "text/css; charset=utf-8",
}


@pytest.mark.parametrize("path", PAGES)
def test_the_studio_is_served(served: Served, path: str) -> None:
    """To GET and to HEAD."""
    page, head = raw.get(served.port, path), raw.get(served.port, path, "HEAD")
    assert (page.status, page.headers["content-type"]) == (200, PAGES[path])
    assert (head.status, head.body) == (200, b"")


def test_the_studio_keeps_its_own_policy() -> None:
    """No inline script or style, nothing from elsewhere, and small when packed."""
    contents = [each.read_text() for each in (files("antiphon") / "studio").iterdir()]
    html = (files("antiphon") / "studio" / "index.html").read_text()
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=", html)
    assert not any("://" in content for content in contents)
    assert sum(len(gzip.compress(content.encode())) for content in contents) <= 60_000


def test_the_studio_is_sent_packed_to_those_who_unpack(served: Served) -> None:
    """The same to the byte once unpacked, and not sent again to those who have it."""
    path = "/studio/i18n.js"
    plain, packed = raw.get(served.port, path), asking(served, path, "accept-encoding: gzip, br")
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == (
        "gzip",
        "accept-encoding",
    )
    assert gzip.decompress(packed.body) == plain.body
    again = asking(served, path, f"if-none-match: {packed.headers['etag']}")
    assert (again.status, again.body) == (304, b"")


def asking(served: Served, path: str, header: str) -> raw.Reply:
    """What is answered to a request with that header."""
    head = f"GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{header}\r\n\r\n"
    return raw.ask(served.port, head.encode())


def test_meters_tell_of_requests_and_slots(served: Served) -> None:
    """By route, format and outcome, with first audio, seconds and gaps."""
    raw.speak(served.port, response_format="wav")
    raw.speak(served.port, voice="nobody")
    text = raw.get(served.port, "/metrics").body.decode()
    for line in (
        'antiphon_requests_total{format="wav",outcome="complete",route="speech"}',
        'antiphon_requests_total{format="none",outcome="unknown_voice",route="speech"}',
        "antiphon_engine_slots_total 64.0",
        "antiphon_engine_slots_busy 0.0",
        "antiphon_engine_slots_waiting 0.0",
        "antiphon_first_audio_seconds_count",
        "antiphon_audio_seconds_total",
        "antiphon_late_frames_total",
        'antiphon_streams_total{gap_free="yes"}',
    ):
        assert line in text


def test_every_route_is_described(served: Served) -> None:
    """The description names every path, and every reference in it leads somewhere."""
    text = raw.get(served.port, "/openapi.json").body.decode()
    described = msgspec.json.decode(text)
    paths = {"/", "/v1/audio/speech", "/v1/audio/voices", "/v1/models", "/v1/models/{model}"}
    assert paths | {"/livez", "/readyz", "/metrics", "/openapi.json"} <= described["paths"].keys()
    for kind, each in described["components"].items():
        assert set(re.findall(rf'"#/components/{kind}/([\w.]+)"', text)) <= each.keys()
    fields = described["components"]["schemas"]["SpeechRequest"]["properties"]
    assert {"input", "voice", "seed", "sample_rate"} <= fields.keys()
