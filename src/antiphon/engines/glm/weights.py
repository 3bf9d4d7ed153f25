"""Loads the weights of a checkpoint as tensors, and never runs what a file says."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from antiphon.engines.glm.checkpoint import HEARING, LANGUAGE, Checkpoint
from antiphon.engines.glm.lora import merged
from antiphon.errors import BadCheckpoint, PackageMissing

if TYPE_CHECKING:
    from torch import Tensor

HEARING_PREFIX = "model.encoder."
# A pickle holds the weights themselves, or one of these entries does.
NESTS = ("model", "state_dict", "generator")
# Of use in training only.
UNUSED = ("layer_norm.", "ema_count", "ema_weight")


def language_weights(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The Llama's weights, with the adapter merged where the checkpoint has one."""
    weights = _safetensors(checkpoint.shards(LANGUAGE))
    return merged(weights, checkpoint.adapter) if checkpoint.adapter else weights


def speech_tokenizer_weights(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The encoder's weights up to its codebook, without their prefix."""
    found = _safetensors(checkpoint.shards(HEARING))
    return {
        name: found[HEARING_PREFIX + name]
        for name in hearing_names(found, checkpoint.speech_tokenizer.quantize_position)
    }


def hearing_names(names: Iterable[str], layers: int) -> list[str]:
    """Which of the file's names the speech tokenizer uses, without their prefix."""
    heard = [n.removeprefix(HEARING_PREFIX) for n in names if n.startswith(HEARING_PREFIX)]
    return [n for n in heard if not n.startswith(UNUSED) and not _beyond(n, layers)]


def _beyond(name: str, layers: int) -> bool:
    """Whether it belongs to a layer behind the codebook, which is never run."""
    part = name.split(".")
    return part[0] == "layers" and int(part[1]) >= layers


def flow_weights(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The flow's weights under the names of the official file, `estimator.…`."""
    return unpickled(checkpoint.flow_weights)


def vocoder_weights(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The 24 kHz vocoder's weights, weight norm as its two parts."""
    return unpickled(checkpoint.vocoder_weights)


def unpickled(path: Path) -> dict[str, Tensor]:
    """The tensors of a torch pickle; raises `BadCheckpoint` where it holds anything else.

    `weights_only` refuses every pickle that would call a function. The file is mapped, not read.
    """
    import torch

    try:
        found: Any = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        why = str(error).strip().split("\n")[0][:160]
        gone = isinstance(error, FileNotFoundError)
        raise BadCheckpoint(path, f"cannot be loaded as weights ({why})", gone) from error
    for nest in NESTS:
        if isinstance(found, dict) and isinstance(found.get(nest), dict):
            found = found[nest]
    tensors = isinstance(found, dict) and all(torch.is_tensor(each) for each in found.values())
    if not tensors or not found:
        raise BadCheckpoint(path, "holds no plain set of named tensors")
    return dict(found)


def _safetensors(paths: Iterable[Path]) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for path in paths:
        found.update(read_safetensors(path))
    return found


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """The tensors of one safetensors file."""
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError as error:
        raise PackageMissing("safetensors and torch", "glm") from error
    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise BadCheckpoint(path, f"cannot be loaded ({error})") from error
