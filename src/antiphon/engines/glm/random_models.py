"""Writes the four models of a random checkpoint, with the names and shapes of our own modules."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from antiphon.engines.glm.checkpoint import FLOW, HEARING, HIFT, LANGUAGE
from antiphon.engines.glm.config import (
    FlowConfig,
    LanguageConfig,
    Specials,
    SpeechTokenizerConfig,
    VocoderConfig,
)
from antiphon.engines.glm.flow import Flow
from antiphon.engines.glm.language_model import LanguageModel
from antiphon.engines.glm.random_sizes import Size
from antiphon.engines.glm.random_weights import random_tensor, shaped
from antiphon.engines.glm.speech_tokenizer import SpeechTokenizer
from antiphon.engines.glm.vocoder import Vocoder
from antiphon.engines.glm.weights import HEARING_PREFIX

ROWS_OF = 64  # vocabularies are padded to a multiple of this
LARGE = 1 << 28  # parameters from which the language model is kept in 16 bits
PREPROCESSOR = {
    "feature_extractor_type": "WhisperFeatureExtractor",
    "feature_size": 128,
    "sampling_rate": 16_000,
    "n_fft": 400,
    "hop_length": 160,
    "chunk_length": 30,
    "padding_value": 0.0,
    "return_attention_mask": False,
}


def write_language(folder: Path, size: Size, seed: int, ids: int, specials: Specials) -> None:
    """`llm`: as many rows as there are ids, and a head that leans towards speech tokens."""
    path = folder / LANGUAGE / "config.json"
    rows = {"vocab_size": -(-ids // ROWS_OF) * ROWS_OF, **size.language}
    _write_json(path, rows)
    with torch.device("meta"):
        model = LanguageModel(LanguageConfig.read(path))
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    large = sum(shape.numel() for shape in shapes.values()) > LARGE
    dtype = torch.bfloat16 if large else torch.float32
    _write_json(path, {**rows, "torch_dtype": str(dtype).removeprefix("torch.")})
    drawn = (
        (name, shaped(name, random_tensor(name, shape, seed), specials).to(dtype))
        for name, shape in shapes.items()
    )
    _write_shards(path.parent, drawn, size.shard_bytes)


def _write_shards(folder: Path, drawn: Iterable[tuple[str, Tensor]], most: int) -> None:
    """Files of at most `most` bytes (or one tensor), and an index where there are several."""
    shards: list[list[str]] = [[]]
    held: dict[str, Tensor] = {}
    for name, tensor in drawn:
        if held and sum(each.nbytes for each in held.values()) + tensor.nbytes > most:
            _save(held, folder / str(len(shards)))
            shards.append([])
            held = {}
        held[name] = tensor
        shards[-1].append(name)
    _save(held, folder / str(len(shards)))
    _name_shards(folder, shards)


def _save(tensors: dict[str, Tensor], path: Path) -> None:
    save_file(tensors, path, {"format": "pt"})
    path.chmod(0o644)  # the library makes it its owner's alone


def _name_shards(folder: Path, shards: list[list[str]]) -> None:
    """Give each file its name, which tells how many there are."""
    if len(shards) == 1:
        (folder / "1").rename(folder / "model.safetensors")
        return
    where: dict[str, str] = {}
    for number, names in enumerate(shards, 1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        (folder / str(number)).rename(folder / file)
        where |= dict.fromkeys(names, file)
    _write_json(folder / "model.safetensors.index.json", {"metadata": {}, "weight_map": where})


def write_hearing(folder: Path, size: Size, seed: int) -> None:
    """`speech_tokenizer`: the encoder as transformers would save it, prefix and all."""
    folder = folder / HEARING
    _write_json(folder / "config.json", {**size.hearing, "quantize_vocab_size": size.codes})
    _write_json(folder / "preprocessor_config.json", PREPROCESSOR)
    config = SpeechTokenizerConfig.read(folder / "config.json", folder / "preprocessor_config.json")
    found = _random(SpeechTokenizer(config), seed)
    named = {HEARING_PREFIX + name: tensor for name, tensor in found.items()}
    _save(named, folder / "model.safetensors")


def write_flow(folder: Path, size: Size, seed: int) -> None:
    """`flow`: a pickle with the weights under `model`, and YAML that names upstream's class."""
    path = folder / FLOW
    path.parent.mkdir()
    lines = ["flow: !new:flow.flow.Flow", *(f"  {k}: {_yaml(v)}" for k, v in size.flow.items())]
    config = path.with_name("config.yaml")
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    torch.save({"model": _random(Flow(FlowConfig.read(config)), seed)}, path)


def write_vocoder(folder: Path, size: Size, seed: int) -> None:
    """`hift`: a pickle with the weights, and nothing that tells their size."""
    path = folder / HIFT
    path.parent.mkdir()
    channels, f0_channels = size.hift
    torch.save(_random(Vocoder(VocoderConfig(channels, f0_channels)), seed), path)


def _random(module: nn.Module, seed: int) -> dict[str, Tensor]:
    """Random weights for a module; tables that it computes itself stay as they are."""
    learned = dict(module.named_parameters())
    return {
        name: random_tensor(name, tensor.shape, seed) if name in learned else tensor.clone()
        for name, tensor in module.state_dict().items()
    }


def _yaml(value: Any) -> str:
    return json.dumps(value)


def _write_json(path: Path, told: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
