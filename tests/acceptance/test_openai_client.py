"""The official OpenAI client, unchanged, against a real server."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest

from antiphon.audio.encoding import FORMATS
from antiphon.errors import Overloaded
from antiphon.settings import Settings
from antiphon.staircase import Opener, staircase
from tests.audio.hearing import DELAY, hear
from tests.edge.fakes import Watched
from tests.edge.serving import TONE, only, serving, serving_in_thread, tone

pytestmark = pytest.mark.anyio
TEXT = "One voice answers another."
SECONDS = 0.05 * len(TEXT)  # how long the tone engine hums for it
PARAGRAPH = (
    "Good morning, 各位同学。Today we read chapter 3, 第三章, about 1,024 small rivers. "
    "水流得很慢，but it never stops; 价格是 42 元。"
)


@asynccontextmanager
async def connected(
    settings: Settings = TONE, opener: Opener = tone, retries: int = 0
) -> AsyncIterator[openai.AsyncOpenAI]:
    """A client of a server of its own."""
    async with serving(settings, opener) as served:
        url = f"{served.url}/v1"
        async with openai.AsyncOpenAI(base_url=url, api_key="k", max_retries=retries) as client:
            yield client


def heard_s(audio: bytes, format: str) -> float:
    """How long a decoder plays these bytes."""
    return hear(format, audio, FORMATS[format].default_rate).seconds


def near(seconds: float, format: str = "pcm") -> object:
    """As long as what was spoken, but for the silence that MP3 and AAC add at their ends."""
    return pytest.approx(seconds, abs=0.13 if format in DELAY else 0.001)


async def streamed(client: openai.AsyncOpenAI, **fields: Any) -> bytes:
    """What a client that streams receives."""
    speech = client.audio.speech.with_streaming_response
    async with speech.create(**{"model": "gpt-4o-mini-tts", "voice": "nova", **fields}) as answer:
        return b"".join([piece async for piece in answer.iter_bytes()])


def events(body: bytes) -> tuple[bytes, dict[str, Any]]:
    """The audio of server-sent events, and the last event."""
    *deltas, done = (json.loads(block[6:]) for block in body.split(b"\n\n") if block)
    return b"".join(base64.b64decode(delta["audio"]) for delta in deltas), done


@pytest.mark.parametrize("format", FORMATS)
def test_a_client_that_blocks_gets_every_format(format: Any) -> None:
    """`speech.create` returns audio that lasts as long as was spoken."""
    with serving_in_thread() as served:
        url = f"{served.url}/v1"
        with openai.OpenAI(base_url=url, api_key="k", max_retries=0) as client:
            answer = client.audio.speech.create(
                model="tts-1", voice="alloy", input=TEXT, response_format=format
            )
            assert heard_s(answer.content, format) == near(SECONDS, format)


@pytest.mark.parametrize("format", FORMATS)
async def test_a_client_that_streams_gets_every_format(format: Any) -> None:
    """`with_streaming_response` gives the same audio, piece by piece."""
    async with connected() as client:
        audio = await streamed(client, input=TEXT, response_format=format)
        whole = await client.audio.speech.create(
            model="gpt-4o-mini-tts", voice="nova", input=TEXT, response_format=format
        )
    assert audio == whole.content
    assert heard_s(audio, format) == near(SECONDS, format)


@pytest.mark.parametrize("format", FORMATS)
async def test_events_carry_one_stream_of_every_format(format: str) -> None:
    """Deltas joined are a file that plays; the last event counts characters and 40 ms steps."""
    async with connected() as client:
        body = await streamed(client, input=TEXT, response_format=format, stream_format="sse")
    audio, done = events(body)
    assert heard_s(audio, format) == near(SECONDS, format)
    assert done["type"] == "speech.audio.done"
    assert done["usage"] == {"input_tokens": 26, "output_tokens": 33, "total_tokens": 59}


async def test_two_languages_last_as_long_in_every_format() -> None:
    """A mixed paragraph from the real engine: bare or in events, no format loses any of it."""
    settings = Settings(workers=1)
    async with connected(settings, staircase) as client:
        spoken = await streamed(client, input=PARAGRAPH, response_format="pcm")
        seconds = heard_s(spoken, "pcm")
        assert seconds > 8
        for format in FORMATS:
            ask = {"input": PARAGRAPH, "response_format": format}
            bare = await streamed(client, **ask)
            audio, done = events(await streamed(client, **ask, stream_format="sse"))
            assert audio == bare
            assert heard_s(bare, format) == near(seconds, format)
            assert done["usage"]["input_tokens"] == len(PARAGRAPH)


async def test_the_first_bytes_arrive_before_the_text_is_spoken() -> None:
    """Proven by order: the engine cannot go on before the client has heard something."""
    engine = Watched(frames=8, samples=2_400)
    order: list[str] = []
    async with connected(opener=only(lambda: engine)) as client:
        engine.stop_at(4)
        async with client.audio.speech.with_streaming_response.create(
            model="antiphon", voice="low", input=TEXT
        ) as answer:
            async for _ in answer.iter_bytes():
                if not order:
                    order.append("heard")
                    assert engine.inside == 1
                    assert engine.gate is not None
                    engine.gate.set()
            await engine.emptied.wait()
            order.append("spoken")
    assert order == ["heard", "spoken"]


async def test_a_voice_may_be_an_object() -> None:
    """As custom voices are named."""
    async with connected() as client:
        answer = await client.audio.speech.create(
            model="tts-1", voice={"id": "high"}, input=TEXT, response_format="pcm"
        )
    assert len(answer.content) == round(SECONDS * 24_000) * 2


async def test_extensions_travel_in_the_extra_body() -> None:
    """`sample_rate`, `language` and `seed` beside what the client knows."""
    extra = {"sample_rate": 8_000, "language": "en-GB", "seed": 7, "unheard_of": True}
    async with connected() as client:
        answer = await client.audio.speech.create(
            model="tts-1",
            voice="alloy",
            input=TEXT,
            response_format="pcm",
            speed=1.5,
            instructions="Calmly, like a pirate.",
            extra_body=extra,
        )
    assert len(answer.content) / 2 / 8_000 == near(SECONDS)
    assert answer.response.headers["x-style"] == "emotion=calm;strength=0.7"
    ignored = answer.response.headers["x-ignored"].split(", ")
    assert ignored[0] == 'instructions "like a pirate"'


async def test_models_are_listed_and_shown() -> None:
    """With the names that the client's users know."""
    async with connected() as client:
        listed = [model.id async for model in client.models.list()]
        shown = await client.models.retrieve("tts-1")
    assert {"antiphon", "tone", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"} == set(listed)
    assert (shown.id, shown.object) == ("tts-1", "model")


@pytest.mark.parametrize(
    ("fields", "kind", "code", "param"),
    [
        ({"voice": "nobody"}, openai.BadRequestError, "unknown_voice", "voice"),
        ({"input": ""}, openai.BadRequestError, "nothing_to_say", "input"),
        ({"speed": 9}, openai.BadRequestError, "invalid_request", "speed"),
        ({"model": "gpt-9"}, openai.NotFoundError, "model_not_found", "model"),
    ],
)
async def test_refusals_are_the_errors_that_the_client_has(
    fields: dict[str, object], kind: type[openai.APIStatusError], code: str, param: str
) -> None:
    """By class, code and field, with the request id."""
    async with connected() as client:
        with pytest.raises(kind) as refused:
            await client.audio.speech.create(
                **{"model": "tts-1", "voice": "alloy", "input": TEXT, **fields}  # type: ignore[arg-type]
            )
    assert (refused.value.code, refused.value.param) == (code, param)
    assert refused.value.request_id


async def test_a_full_house_is_an_error_that_the_client_has() -> None:
    """503, with the sentence that says when to come back."""
    engine = Watched()
    engine.refusals = [Overloaded(1, 1, retry_after_s=0.001)]
    async with connected(opener=only(lambda: engine)) as client:
        with pytest.raises(openai.InternalServerError, match=r"retry in 0\.001 s") as refused:
            await client.audio.speech.create(model="antiphon", voice="low", input=TEXT)
    assert (refused.value.status_code, refused.value.code) == (503, "overloaded")


async def test_a_full_house_is_tried_again_as_it_asks() -> None:
    """A client that may retry waits as long as it is told, and is served."""
    engine = Watched()
    engine.refusals = [Overloaded(1, 1, retry_after_s=0.001)]
    async with connected(opener=only(lambda: engine), retries=1) as client:
        answer = await client.audio.speech.create(model="antiphon", voice="low", input=TEXT)
    assert answer.response.status_code == 200
    assert engine.refusals == []


async def test_a_stream_that_breaks_is_an_error_to_the_client() -> None:
    """What was cut short is not taken for the whole."""
    engine = Watched(frames=50, samples=2_400)
    engine.fail_at = 40
    async with connected(opener=only(lambda: engine)) as client:
        with pytest.raises(openai.APIConnectionError):
            await client.audio.speech.create(
                model="antiphon", voice="low", input=TEXT, response_format="pcm"
            )
