"""Opening a checkpoint: memory is counted first, and what is chosen is in the model's name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from antiphon.engines.glm import capacity
from antiphon.engines.glm.capacity import free_bytes, needed_bytes
from antiphon.engines.glm.checkpoint import Checkpoint
from antiphon.engines.glm.loading import Loaded, device_of, load
from antiphon.engines.registry import EngineOptions
from antiphon.errors import BadCheckpoint, BadSetting, MemoryShort

CPU = torch.device("cpu")


def test_memory_is_counted_before_anything_is_loaded(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too little, and the error has both numbers; nothing was opened."""
    monkeypatch.setattr(capacity, "free_bytes", lambda device: 1 << 20)
    monkeypatch.setattr("antiphon.engines.glm.loading._flow", None)  # would break if it came so far
    with pytest.raises(MemoryShort) as told:
        load(EngineOptions(tiny))
    assert told.value.free_bytes == 1 << 20
    assert told.value.needed_bytes > 1 << 20


def test_what_is_needed_grows_with_precision_and_slots(tiny: Path) -> None:
    """Half the width is half the language model; every slot has its own keys and values."""
    checkpoint = Checkpoint.open(tiny)
    single, half = (needed_bytes(checkpoint, width, 1) for width in (4, 2))
    assert single > half
    config = checkpoint.language
    slot = config.max_positions * 2 * config.layers * config.kv_heads * config.head_dim * 4
    assert needed_bytes(checkpoint, 4, 3) - single == 2 * slot
    free = free_bytes(CPU)
    assert free is None or free > single


def test_a_lower_precision_is_another_model(tiny: Path, loaded: Loaded) -> None:
    """It sounds otherwise, so that its name differs."""
    lower = load(EngineOptions(tiny, precision="bfloat16"))
    assert lower.digest == f"{loaded.digest}-bfloat16"
    assert loaded.digest.startswith("random-")


def test_a_checkpoint_that_contradicts_itself_is_told(tiny: Path, tmp_path: Path) -> None:
    """Weights of another size than the configuration says are named, not run."""
    torn = tmp_path / "torn"
    shutil.copytree(tiny, torn)
    config = torn / "llm" / "config.json"
    config.write_text(
        config.read_text().replace('"intermediate_size": 64', '"intermediate_size": 96')
    )
    with pytest.raises(BadCheckpoint, match="other weights"):
        load(EngineOptions(torn))


def test_devices_are_found_by_name() -> None:
    """`auto` is the CPU where there is no GPU; a name that means nothing is told."""
    assert device_of("auto").type in {"cpu", "cuda"}
    with pytest.raises(BadSetting, match="abacus"):
        device_of("abacus")
