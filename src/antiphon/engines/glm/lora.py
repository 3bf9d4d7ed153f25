"""A LoRA adapter is added to the weights it was trained beside, once, when they are loaded.

Training left W as it was and learned a narrow B·A beside it: y = W·x + (α/r)·B·(A·x). With
W' = W + (α/r)·B·A the sum is one product again, so that speech with an adapter costs nothing more;
with `use_rslora` the factor is α/√r. Matrices that were trained whole (`modules_to_save`: the
embedding and the head) replace their originals. Sums are made in float32 and rounded once.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

from antiphon.engines.glm.fields import Fields, read_json
from antiphon.errors import BadCheckpoint

if TYPE_CHECKING:
    from torch import Tensor

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PREFIX = re.compile(r"^base_model\.model\.|\.modules_to_save(\.default)?(?=\.)|\.default(?=\.)")
PAIR = re.compile(r"(.+)\.lora_([AB])\.weight")


def merged(weights: dict[str, Tensor], adapter: Path) -> dict[str, Tensor]:
    """The weights with the adapter in them; raises `BadCheckpoint` where one does not fit."""
    from antiphon.engines.glm.weights import read_safetensors

    path = adapter / WEIGHTS
    factor = scale(Fields.of(adapter / CONFIG, read_json(adapter / CONFIG)))
    pairs: dict[str, dict[str, Tensor]] = {}
    result = dict(weights)
    for name, tensor in read_safetensors(path).items():
        plain = PREFIX.sub("", name)
        if found := PAIR.fullmatch(plain):
            pairs.setdefault(f"{found[1]}.weight", {})[found[2]] = tensor
        else:
            result[plain] = _replaced(path, plain, weights, tensor)
    for name, pair in pairs.items():
        result[name] = _added(path, name, result, pair, factor)
    return result


def scale(fields: Fields) -> float:
    """The factor before B·A; raises `BadCheckpoint` for a kind of adapter that differs."""
    fields.choice("peft_type", ("LORA",))
    fields.choice("bias", ("none",), "none")
    fields.must_be_off("use_dora", "rank_pattern", "alpha_pattern", "fan_in_fan_out")
    rank = fields.whole("r")
    root = fields.flag("use_rslora", False)
    return fields.number("lora_alpha") / (math.sqrt(rank) if root else rank)


def _replaced(path: Path, name: str, weights: dict[str, Tensor], tensor: Tensor) -> Tensor:
    if name not in weights or weights[name].shape != tensor.shape:
        raise BadCheckpoint(path, f"has {name}, which the model has not in that shape")
    return tensor.to(weights[name].dtype)


def _added(
    path: Path, name: str, weights: dict[str, Tensor], pair: dict[str, Tensor], factor: float
) -> Tensor:
    if set(pair) != {"A", "B"} or name not in weights:
        raise BadCheckpoint(path, f"does not fit: {name} is not there, or half of its pair is not")
    down, up, base = pair["A"].float(), pair["B"].float(), weights[name]
    if base.shape != (up.shape[0], down.shape[1]) or up.shape[1] != down.shape[0]:
        raise BadCheckpoint(path, f"does not fit the shape of {name}")
    return (base.float() + factor * (up @ down)).to(base.dtype)
