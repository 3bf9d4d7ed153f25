"""Every format through the door, bare and in events."""

from __future__ import annotations

import base64

import msgspec
import pytest

from antiphon.audio.encoding import FORMATS
from tests.audio.hearing import DELAY, hear
from tests.edge import raw
from tests.edge.serving import Served

TEXT = "One voice answers another."
SECONDS = 0.05 * len(TEXT)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_comes_under_its_own_name(served: Served, name: str) -> None:
    """Media type, rate and duration are what the format promises."""
    reply = raw.speak(served.port, input=TEXT, response_format=name)
    rate = FORMATS[name].default_rate
    assert (reply.status, reply.headers["content-type"]) == (200, FORMATS[name].media_type)
    assert reply.headers["content-type"].startswith("audio/")
    assert reply.headers["x-sample-rate"] == str(rate)
    late_s = hear(name, reply.body, rate).seconds - SECONDS
    assert abs(late_s) <= 1 / rate or (name in DELAY and 0 < late_s < 0.13)


@pytest.mark.parametrize("name", FORMATS)
def test_events_hold_slices_of_the_same_stream(served: Served, name: str) -> None:
    """Deltas joined are byte for byte the bare answer, in every format."""
    text = "This is asked for in events before it is asked for bare."
    told = raw.speak(served.port, input=text, response_format=name, stream_format="sse")
    plain = raw.speak(served.port, input=text, response_format=name)
    events = [msgspec.json.decode(block[6:]) for block in told.body.split(b"\n\n") if block]
    assert events.pop()["type"] == "speech.audio.done"
    assert len(events) > 1
    assert b"".join(base64.b64decode(event["audio"]) for event in events) == plain.body


@pytest.mark.parametrize("name", ["ulaw", "alaw"])
def test_telephony_is_one_byte_a_sample(served: Served, name: str) -> None:
    """At 8 kHz unless another rate is asked for."""
    default = raw.speak(served.port, input=TEXT, response_format=name)
    wide = raw.speak(served.port, input=TEXT, response_format=name, sample_rate=16_000)
    assert len(default.body) == round(SECONDS * 8_000)
    assert len(wide.body) == round(SECONDS * 16_000)


@pytest.mark.parametrize(("name", "rate"), [("mp3", 12_000), ("aac", 12_000), ("opus", 44_100)])
def test_a_rate_that_a_format_lacks_names_those_it_has(
    served: Served, name: str, rate: int
) -> None:
    """The refusal can be acted on."""
    refused = raw.speak(served.port, response_format=name, sample_rate=rate)
    assert (refused.status, refused.error["param"]) == (400, "sample_rate")
    assert "24000" in refused.error["message"]
