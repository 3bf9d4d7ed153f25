"""The neural engine through every door: the OpenAI client, the command line, the studio's page."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import openai
import pytest

from antiphon.engines.glm import loading
from antiphon.engines.glm.plans import BlockPlan
from antiphon.engines.glm.random_checkpoint import write_random
from antiphon.settings import Settings
from antiphon.staircase import staircase
from tests.edge.serving import Served, serving, serving_in_thread
from tests.engines.glm.gated import Gated

pytestmark = pytest.mark.anyio
VOICES = Path(__file__).parents[1] / "fixtures" / "voices"
TEXT = "One voice answers another, and a third one listens to both of them."


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random weights."""
    return write_random(tmp_path_factory.mktemp("glm") / "tiny", "tiny", seed=1)


def settings(model: Path, data: Path) -> Settings:
    """What `antiphon serve --engine glm --model DIR` comes to."""
    return Settings(engine="glm", model=model, data=data)


@pytest.fixture(scope="module")
def served(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The whole staircase over it, on loopback."""
    with serving_in_thread(settings(tiny, tmp_path_factory.mktemp("data")), staircase) as served:
        yield served


async def test_a_client_hears_sound_before_the_model_has_finished(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Event order, no clock: the model waits at a token until the client holds audio."""
    made: list[Gated] = []
    load = loading.load

    def gated(*asked: Any) -> loading.Loaded:
        loaded = load(*asked)
        made.append(Gated(loaded.runner, gate_at=BlockPlan().due(0) + 1))
        return replace(loaded, runner=made[0])  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "load", gated)
    asked: Any = {"model": "tts-1", "voice": "alloy", "input": TEXT, "response_format": "pcm"}
    received = 0
    async with (
        serving(settings(tiny, tmp_path), staircase) as server,
        openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client,
    ):
        speech = client.audio.speech.with_streaming_response
        with anyio.fail_after(15):
            async with speech.create(**asked) as answer:
                async for piece in answer.iter_bytes():
                    received += len(piece)
                    made[0].gate.set()  # only now may it say one token more
    sound = made[0].steps.index("sound")
    assert made[0].steps[sound:].count("token") > 1
    assert received > 2 * 24_000


def test_the_same_seed_is_the_same_file(served: Served) -> None:
    """Twice through the whole staircase, byte for byte."""
    asked = {"model": "glm", "input": TEXT, "seed": 11, "response_format": "wav"}
    first, second = (
        httpx.post(f"{served.url}/v1/audio/speech", json=asked, timeout=15) for _ in range(2)
    )
    assert first.status_code == 200, first.text
    assert first.content == second.content


def test_events_tell_a_truthful_end(served: Served) -> None:
    """The last event has the reason that the engine gave."""
    asked = {"model": "glm", "input": "Hello.", "stream_format": "sse", "response_format": "pcm"}
    body = httpx.post(f"{served.url}/v1/audio/speech", json=asked, timeout=15).text
    events = [json.loads(line[6:]) for line in body.splitlines() if line.startswith("data: {")]
    assert events[-1]["type"] == "speech.audio.done"
    assert events[-1]["finish_reason"] in {"complete", "length", "runaway"}


def test_whoever_asks_is_told_that_the_weights_are_random(served: Served) -> None:
    """The models say so, and the studio has a place where it shows what they say."""
    models = httpx.get(f"{served.url}/v1/models").json()["data"]
    assert all("random numbers" in model["notice"] for model in models)
    page = httpx.get(f"{served.url}/").text
    script = httpx.get(f"{served.url}/studio/app.js").text
    assert 'id="notice"' in page
    assert 'byId("notice")' in script
    voices = httpx.get(f"{served.url}/v1/audio/voices").json()["voices"]
    assert [voice["id"] for voice in voices] == ["random"]


def test_a_recording_sent_along_needs_its_words(served: Served) -> None:
    """With them it is spoken with; without, the error names the field."""
    recording = base64.b64encode((VOICES / "woman.wav").read_bytes()).decode()
    asked = {"model": "glm", "input": "Hello there.", "ref_audio": recording}
    told = httpx.post(f"{served.url}/v1/audio/speech", json=asked, timeout=15)
    assert told.status_code == 400
    assert told.json()["error"]["param"] == "ref_text"
    asked["ref_text"] = "These are the words of the recording."
    told = httpx.post(f"{served.url}/v1/audio/speech", json=asked, timeout=15)
    assert told.status_code == 200, told.text


def test_the_command_line_speaks(tiny: Path, tmp_path: Path) -> None:
    """`antiphon speak --engine glm` writes a file, and says what the model is."""
    out = tmp_path / "said.wav"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "antiphon", "speak", "Hello there.", "--seed", "3"),
            *("--engine", "glm", "--model", str(tiny), "--out", str(out)),
            *("--data", str(tmp_path / "data")),
        ],
        capture_output=True,
        text=True,
        timeout=19,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "random numbers" in done.stderr
    with wave.open(str(out)) as file:
        assert file.getframerate() == 24_000
        assert file.getnframes() > 2_400


@pytest.mark.parametrize("module", ["antiphon.edge.app", "antiphon.cli.main", "antiphon.cli.serve"])
def test_no_door_imports_torch(module: str) -> None:
    """Nor do the engine's own plain modules, until a checkpoint is opened."""
    plain = "config checkpoint plans scheduler prompt script memory splitting tokenizer engine desk"
    program = (
        f"import sys, importlib; importlib.import_module({module!r})\n"
        f"for name in {plain.split()}: importlib.import_module('antiphon.engines.glm.' + name)\n"
        "assert not {'torch', 'onnxruntime', 'safetensors'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
