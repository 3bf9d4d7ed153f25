"""The default engine speaks as a dictionary tells, sample for sample as with a mark in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from antiphon.settings import Settings
from antiphon.staircase import staircase
from tests.edge.serving import serving_in_thread

PATH = "/v1/audio/pronunciation-dictionaries"
POLYPHONES = Path(__file__).parents[1] / "text" / "polyphones.txt"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with the real engine and a database."""
    settings = Settings(data=tmp_path_factory.mktemp("data"), workers=1)
    with (
        serving_in_thread(settings, staircase) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=15) as client,
    ):
        yield client


def pcm(http: httpx.Client, text: str, **fields: object) -> bytes:
    """The samples of a text."""
    body = {"input": text, "response_format": "pcm", "voice": "alto", **fields}
    reply = http.post("/v1/audio/speech", json=body)
    assert reply.status_code == 200, reply.text
    return reply.content


def test_a_file_is_sent_and_spoken_with(http: httpx.Client) -> None:
    """Its words as it tells; every other text as before, also while it counts for all of them."""
    others = "今天天气很好，我们去银行取钱。The weather is fine."
    before, usual = pcm(http, others), pcm(http, "这是员先生。")
    form = {"data": {"name": "places"}, "files": {"file": POLYPHONES.read_bytes()}}
    assert http.post(PATH, **form).json()["words"] > 200  # type: ignore[arg-type]
    told = pcm(http, "这是员先生。", pronunciation_dictionaries=["places"])
    assert told == pcm(http, "这是[[员|yun4]]先生。")
    assert told != usual
    http.patch(f"{PATH}/places", json={"default": True, "remove": ["银行"]})
    assert pcm(http, "这是员先生。") == told
    assert pcm(http, others) == before


def test_words_are_marked_where_they_are_written(http: httpx.Client) -> None:
    """Server-sent events with words beside the audio point into the text that was sent."""
    text = "The GIF is old."
    body = {
        "input": text, "pronunciations": {"GIF": "graphics interchange format"},
        "stream_format": "sse", "word_timestamps": True, "response_format": "pcm",
    }  # fmt: skip
    lines = http.post("/v1/audio/speech", json=body).text
    words = [
        text[word["start"] : word["end"]]
        for event in re.findall(r"^data: (.*)$", lines, re.MULTILINE)
        for word in json.loads(event).get("words") or []
    ]
    assert [word.rstrip(".") for word in words] == ["The", "GIF", "is", "old"]
