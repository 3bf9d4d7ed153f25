"""What is wrong with a checkpoint is told, one sentence for each thing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from antiphon.engines.glm.checkpoint import Checkpoint
from antiphon.engines.glm.inspection import problems
from antiphon.engines.glm.speakers import trained_prompts
from antiphon.engines.glm.weights import unpickled
from antiphon.errors import BadCheckpoint


@pytest.fixture
def copy(tiny: Path, tmp_path: Path) -> Path:
    """A checkpoint to break."""
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """A JSON file with something in it changed."""
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))


def told(folder: Path, words: str) -> bool:
    """Whether one of the problems says so."""
    return any(words in problem for problem in problems(folder))


def test_missing_files_are_told_once_each(copy: Path) -> None:
    """A part that is not there is not complained about again for what it lacks."""
    (copy / "hift/hift.pt").unlink()
    (copy / "llm/config.json").unlink()
    shutil.rmtree(copy / "frontend")
    found = list(problems(copy))
    assert [problem.split("/copy/")[1] for problem in found] == [
        "llm/config.json is missing",
        "hift/hift.pt is missing",
        "frontend/campplus.onnx is missing",
    ]
    with pytest.raises(BadCheckpoint, match=r"lacks llm/config\.json, hift/hift\.pt"):
        Checkpoint.open(copy)


def test_a_tensor_of_another_shape_is_told(copy: Path) -> None:
    """By its name, with both shapes; one that is gone and one that is new as well."""
    path = copy / "llm/model.safetensors"
    weights = load_file(path)
    weights["model.norm.weight"] = torch.zeros(5)
    weights["extra"] = weights.pop("model.layers.1.mlp.up_proj.weight")
    save_file(weights, path)
    assert told(copy, "llm has model.norm.weight of shape (5,), and it must be (32,)")
    assert told(copy, "llm lacks 1 of 21 tensors: model.layers.1.mlp.up_proj.weight")
    assert told(copy, "llm has 1 tensors that no part uses: extra")


def test_a_pickle_that_would_run_something_is_refused(copy: Path, tmp_path: Path) -> None:
    """It is told, and it is not run."""

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "ran",)

    torch.save({"model": Trap()}, copy / "flow/flow.pt")
    assert told(copy, "flow.pt cannot be loaded as weights")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("nest", ["model", "state_dict", "generator", None])
def test_weights_may_be_nested(tmp_path: Path, nest: str | None) -> None:
    """Under any of the names that others give them, or under none."""
    weights = {"a": torch.ones(2)}
    torch.save(weights if nest is None else {nest: weights, "step": 3}, tmp_path / "x.pt")
    assert torch.equal(unpickled(tmp_path / "x.pt")["a"], torch.ones(2))
    torch.save({"a": 3}, tmp_path / "y.pt")
    with pytest.raises(BadCheckpoint, match="no plain set"):
        unpickled(tmp_path / "y.pt")


def test_parts_that_do_not_fit_together_are_told(copy: Path) -> None:
    """A vocabulary without the speech tokens, and a flow that counts time otherwise."""
    changed(
        copy / "speech_tokenizer/config.json", lambda told: told.update(quantize_vocab_size=300)
    )
    yaml = copy / "flow/config.yaml"
    yaml.write_text(yaml.read_text().replace("input_frame_rate: 25", "input_frame_rate: 12.5"))
    assert told(copy, "has no special token <|audio_299|>")
    assert told(copy, "has 12.5 tokens a second, not 25")
    assert told(copy, "the flow knows 257 speech tokens, fewer than there are")
    assert told(copy, "codebook.weight of shape (256, 32), and it must be (300, 32)")


def test_a_broken_file_is_told(copy: Path) -> None:
    """Cut off, or something else altogether."""
    path = copy / "llm/model.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    (copy / "frontend/campplus.onnx").write_bytes(b"no graph")
    assert told(copy, "is not a whole safetensors file")
    assert told(copy, "campplus.onnx does not run")


def test_prompts_of_trained_speakers_are_ids_of_the_model(copy: Path) -> None:
    """The official file's format, its comma before the brace included."""
    (copy / "configs").mkdir()
    path = copy / "configs/spk_prompt_dict.yaml"
    path.write_text('{\n  "unknown": [27, 13],\n  "tongtong": [27, 5],\n}')
    assert trained_prompts(Checkpoint.open(copy)) == {"unknown": (27, 13), "tongtong": (27, 5)}
    path.write_text('{"unknown": [99999]}')
    assert told(copy, "has ids for 'unknown' that the model of")


def test_a_clone_of_the_official_repository_is_understood(copy: Path, tmp_path: Path) -> None:
    """Weights in `ckpt`, the speaker encoder beside it."""
    clone = tmp_path / "clone"
    shutil.copytree(copy, clone / "ckpt")
    shutil.move(clone / "ckpt/frontend", clone / "frontend")
    assert list(problems(clone)) == []
    assert list(problems(tmp_path / "nowhere")) == [f"{tmp_path / 'nowhere'} is not a folder"]
