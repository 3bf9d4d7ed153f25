"""Random checkpoints: official layout, small, reproducible, and known for what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from antiphon.engines.glm.checkpoint import NEEDED, Checkpoint
from antiphon.engines.glm.config import FlowConfig, LanguageConfig, VocoderConfig
from antiphon.engines.glm.fields import Fields
from antiphon.engines.glm.flow import Flow
from antiphon.engines.glm.inspection import problems
from antiphon.engines.glm.random_checkpoint import write_random
from antiphon.engines.glm.random_sizes import REAL
from antiphon.engines.glm.speakers import own_voices, trained_prompts
from antiphon.engines.glm.vocoder import Vocoder
from antiphon.errors import BadCheckpoint


def contents(folder: Path) -> dict[str, bytes]:
    """Every file."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_tiny_one_is_whole_and_small(tiny: Path) -> None:
    """Nothing is wrong with it, it has every file, and a few megabytes."""
    assert list(problems(tiny)) == []
    assert all((tiny / name).is_file() for name in NEEDED)
    assert sum(len(data) for data in contents(tiny).values()) < 8_000_000


def test_it_says_what_it_is(tiny: Path) -> None:
    """To people and to programs."""
    assert "every weight is a random number" in (tiny / "README.md").read_text(encoding="utf-8")
    assert Checkpoint.open(tiny).is_random


def test_the_same_seed_gives_the_same_files(tiny: Path, tmp_path: Path) -> None:
    """Byte for byte; another seed gives other weights, and another name."""
    again = write_random(tmp_path / "again", "tiny", seed=7)
    assert contents(again) == contents(tiny)
    other = write_random(tmp_path / "other", "tiny", seed=8)
    assert contents(other)["llm/model.safetensors"] != contents(tiny)["llm/model.safetensors"]
    assert Checkpoint.open(other).digest != Checkpoint.open(tiny).digest


def test_a_folder_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written, and no half of it is left behind."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note").write_text("mine")
    with pytest.raises(BadCheckpoint, match="not an empty folder"):
        write_random(tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_interrupted_one_leaves_nothing(tmp_path: Path) -> None:
    """Neither the folder nor what was begun beside it."""

    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_random(tmp_path / "half", told=interrupted)
    assert not list(tmp_path.iterdir())


def test_it_brings_a_voice(tiny: Path) -> None:
    """A recording with its words, and no prompts that it was not trained with."""
    checkpoint = Checkpoint.open(tiny)
    voices = own_voices(checkpoint)
    assert list(voices) == ["random"]
    assert voices["random"].transcript
    assert len(voices["random"].pcm) == 2 * voices["random"].rate * 3
    assert trained_prompts(checkpoint) == {}


def test_the_real_size_is_the_published_one() -> None:
    """As many parameters, and the vocabulary, that the official model has."""
    config = LanguageConfig.of(Fields(Path("config.json"), REAL.language))
    rows = 2 * config.vocab_size * config.hidden_size
    attention = config.hidden_size * config.head_dim * 2 * (config.heads + config.kv_heads)
    layer = attention + 3 * config.hidden_size * config.intermediate_size + 2 * config.hidden_size
    assert round((rows + config.layers * layer + config.hidden_size) / 1e6, 1) == 1753.3
    assert REAL.ranks + REAL.audio_at == 61_498


def test_our_modules_are_as_large_as_the_published_ones() -> None:
    """308 tensors and 225.3 million numbers in the flow, 20.8 million in the vocoder."""
    path = Path("config.yaml")
    with torch.device("meta"):
        flow = Flow(FlowConfig.of(Fields(path, REAL.flow))).state_dict()
        vocoder = Vocoder(VocoderConfig(*REAL.hift)).state_dict()
    assert all(name.startswith("estimator.") for name in flow)
    assert (len(flow), round(sum(x.numel() for x in flow.values()) / 1e6, 1)) == (308, 225.3)
    assert round(sum(x.numel() for x in vocoder.values()) / 1e6, 1) == 20.8
    assert flow["estimator.transformer_blocks.17.attn.to_q.weight"].shape == (768, 768)
    assert vocoder["conv_pre.parametrizations.weight.original1"].shape == (512, 80, 7)
