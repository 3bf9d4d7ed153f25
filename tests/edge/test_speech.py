"""What the speech endpoint answers, against the tone engine."""

from __future__ import annotations

import base64

import msgspec
import pytest

from antiphon.audio import wav
from tests.edge import raw
from tests.edge.serving import Served

SAMPLES = 1_200 * len("One.")


def events(reply: raw.Reply) -> list[dict[str, str]]:
    """The events of an SSE answer."""
    return [msgspec.json.decode(block[6:]) for block in reply.body.split(b"\n\n") if block]


def test_pcm_is_the_samples_of_the_engine(served: Served) -> None:
    """Headerless, 24 kHz, as long as the text."""
    reply = raw.speak(served.port, response_format="pcm")
    assert (reply.status, reply.headers["content-type"]) == (200, "audio/pcm")
    assert reply.headers["x-sample-rate"] == "24000"
    assert len(reply.body) == 2 * SAMPLES


def test_wav_is_a_header_and_the_same_samples(served: Served) -> None:
    """The header is the streamable one."""
    pcm, wave = (raw.speak(served.port, response_format=name).body for name in ("pcm", "wav"))
    assert wave == wav.header(24_000) + pcm


def test_mp3_is_the_default(served: Served) -> None:
    """No format asked for means OpenAI's default."""
    reply = raw.speak(served.port)
    assert reply.headers["content-type"] == "audio/mpeg"
    assert reply.body == raw.speak(served.port, response_format="mp3").body


@pytest.mark.parametrize("format", ["mp3", "wav", "pcm"])
def test_events_hold_slices_of_one_stream(served: Served, format: str) -> None:
    """The deltas joined are byte for byte what the audio answer is."""
    plain = raw.speak(served.port, response_format=format)
    reply = raw.speak(served.port, response_format=format, stream_format="sse")
    *deltas, done = events(reply)
    assert reply.headers["content-type"] == "text/event-stream"
    assert {delta["type"] for delta in deltas} == {"speech.audio.delta"}
    assert b"".join(base64.b64decode(delta["audio"]) for delta in deltas) == plain.body
    assert done == {
        "type": "speech.audio.done",
        "usage": {"input_tokens": 4, "output_tokens": 5, "total_tokens": 9},
        "finish_reason": "complete",
    }


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 48_000])
def test_another_sample_rate_lasts_as_long(served: Served, rate: int) -> None:
    """`sample_rate` changes the number of samples and not the duration."""
    reply = raw.speak(served.port, response_format="pcm", sample_rate=rate)
    assert reply.headers["x-sample-rate"] == str(rate)
    assert abs(len(reply.body) / 2 / rate - SAMPLES / 24_000) < 0.002


def test_a_voice_has_several_names(served: Served) -> None:
    """By name, by object and by alias; a voice of its own sounds different."""
    ask = {"response_format": "pcm"}
    low = raw.speak(served.port, voice="low", **ask).body
    assert raw.speak(served.port, voice={"id": "low"}, **ask).body == low
    assert raw.speak(served.port, voice="alloy", **ask).body == low
    assert raw.speak(served.port, **ask).body == low
    assert raw.speak(served.port, voice="high", **ask).body != low


@pytest.mark.parametrize("model", ["antiphon", "tone", "tts-1", "gpt-4o-mini-tts"])
def test_a_model_has_several_names(served: Served, model: str) -> None:
    """The default's name, the engine's own, and the aliases."""
    assert raw.speak(served.port, model=model).status == 200


def test_what_is_not_honoured_is_said(served: Served) -> None:
    """`instructions` that nobody can follow are listed; unknown fields are tolerated."""
    reply = raw.speak(served.port, instructions="Speak like a pirate.", unheard_of={"a": [1]})
    assert (reply.status, reply.headers["x-ignored"]) == (200, "instructions")
    assert "x-ignored" not in raw.speak(served.port).headers


def test_a_request_id_is_kept_or_given(served: Served) -> None:
    """A fit id of the caller comes back; an unfit one is replaced."""
    good = raw.ask(served.port, raw.head(0, extra="x-request-id: mine-1\r\n"))
    unfit = raw.ask(served.port, raw.head(0, extra="x-request-id: a b\r\n"))
    assert good.headers["x-request-id"] == "mine-1"
    assert unfit.headers["x-request-id"].startswith("req_")


def test_a_connection_serves_one_request_after_another(served: Served) -> None:
    """Answers and refusals leave a connection usable."""
    with raw.connect(served.port) as connection:
        for text, status in (("One.", 200), ("", 400), ("Two.", 200)):
            connection.sendall(raw.request(msgspec.json.encode({"input": text})))
            assert raw.reply(connection).status == status


def test_voices_and_models_are_listed(served: Served) -> None:
    """With their aliases, in the shapes that clients know."""
    voices = msgspec.json.decode(raw.get(served.port, "/v1/audio/voices").body)
    models = msgspec.json.decode(raw.get(served.port, "/v1/models").body)
    assert [voice["id"] for voice in voices["voices"]] == ["low", "high"]
    assert "alloy" in voices["voices"][0]["aliases"]
    assert {"antiphon", "tone", "tts-1"} <= {model["id"] for model in models["data"]}
    assert raw.get(served.port, "/v1/models/tts-1").status == 200


def test_every_answer_carries_the_security_headers(served: Served) -> None:
    """Audio, pages, lists and refusals alike."""
    for path in ("/", "/livez", "/v1/models", "/nothing", "/v1/audio/speech"):
        headers = raw.get(served.port, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_a_wrong_method_says_which_are_right(served: Served) -> None:
    """405 comes with Allow."""
    assert raw.get(served.port, "/v1/audio/speech").headers["allow"] == "POST"
