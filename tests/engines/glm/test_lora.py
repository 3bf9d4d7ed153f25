"""An adapter merged into the weights does what an adapter beside them would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from antiphon.engines.glm.lora import merged
from antiphon.errors import BadCheckpoint

CONFIG: dict[str, Any] = {"peft_type": "LORA", "r": 8, "lora_alpha": 16}
NAME = "model.layers.0.self_attn.q_proj"
FULL = f"base_model.model.{NAME}"


def drawn(*shape: int) -> Tensor:
    """Numbers that are the same in every run."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def adapter(folder: Path, tensors: dict[str, Tensor], **changed: Any) -> Path:
    """A folder as peft writes it."""
    (folder / "adapter_config.json").write_text(json.dumps({**CONFIG, **changed}))
    save_file(tensors, folder / "adapter_model.safetensors")
    return folder


@pytest.mark.parametrize(("rslora", "factor"), [(False, 2.0), (True, 16 / 8**0.5)])
def test_the_merged_matrix_gives_the_sum(tmp_path: Path, rslora: bool, factor: float) -> None:
    """W·x + s·B·(A·x) is (W + s·B·A)·x."""
    base, down, up, x = drawn(24, 32), drawn(8, 32), drawn(24, 8), drawn(32)
    pair = {f"{FULL}.lora_A.weight": down, f"{FULL}.lora_B.weight": up}
    folder = adapter(tmp_path, pair, use_rslora=rslora)
    found = merged({f"{NAME}.weight": base}, folder)[f"{NAME}.weight"]
    torch.testing.assert_close(found @ x, base @ x + factor * (up @ (down @ x)), atol=1e-4, rtol=0)


def test_what_was_trained_whole_replaces_its_original(tmp_path: Path) -> None:
    """The embedding and the head, under either of their names; the rest stays."""
    head, rows = drawn(10, 4), drawn(10, 5)
    weights = {"lm_head.weight": torch.zeros(10, 4), "model.embed_tokens.weight": rows * 0}
    folder = adapter(
        tmp_path,
        {
            "base_model.model.lm_head.weight": head,
            "base_model.model.model.embed_tokens.modules_to_save.weight": rows,
        },
    )
    found = merged(weights, folder)
    assert torch.equal(found["lm_head.weight"], head)
    assert torch.equal(found["model.embed_tokens.weight"], rows)


@pytest.mark.parametrize(
    ("tensors", "changed", "told"),
    [
        ({f"{FULL}.lora_A.weight": drawn(8, 32)}, {}, "half of its pair"),
        (
            {f"{FULL}.lora_A.weight": drawn(8, 31), f"{FULL}.lora_B.weight": drawn(24, 8)},
            {},
            "does not fit the shape",
        ),
        ({"base_model.model.other.weight": drawn(2, 2)}, {}, "has other.weight"),
        ({}, {"use_dora": True}, "not implemented"),
        ({}, {"peft_type": "IA3"}, "one of LORA"),
    ],
)
def test_an_adapter_that_does_not_fit_is_told(
    tmp_path: Path, tensors: dict[str, Tensor], changed: dict[str, Any], told: str
) -> None:
    """And nothing is merged."""
    folder = adapter(tmp_path, tensors or {"x": drawn(1)}, **changed)
    with pytest.raises(BadCheckpoint, match=told):
        merged({f"{NAME}.weight": drawn(24, 32)}, folder)
