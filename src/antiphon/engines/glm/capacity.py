"""How much memory a checkpoint takes, and whether the device has it."""

from __future__ import annotations

import math
import os
from pathlib import Path

import torch

from antiphon.engines.glm.checkpoint import HEARING, LANGUAGE, Checkpoint
from antiphon.errors import MemoryShort

SINGLE = 4
WORKING_BYTES = 256 << 20  # activations of a long clause, and the libraries' own
MEMINFO = Path("/proc/meminfo")


def needed_bytes(checkpoint: Checkpoint, width: int, slots: int) -> int:
    """Weights (the language model's `width` bytes a number), keys and values, and what works."""
    language, config = _numbers(checkpoint, LANGUAGE), checkpoint.language
    files = checkpoint.flow_weights.stat().st_size + checkpoint.vocoder_weights.stat().st_size
    position = 2 * config.layers * config.kv_heads * config.head_dim * width
    return (
        language * width
        + _numbers(checkpoint, HEARING) * SINGLE
        + files
        + slots * config.max_positions * position
        + WORKING_BYTES
    )


def check_memory(checkpoint: Checkpoint, device: torch.device, width: int, slots: int) -> None:
    """Raise `MemoryShort` before loading where it would not fit."""
    needed, free = needed_bytes(checkpoint, width, slots), free_bytes(device)
    if free is not None and needed > free:
        raise MemoryShort(needed, free, str(device))


def free_bytes(device: torch.device) -> int | None:
    """What is free on the device; None where nobody can tell."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (OSError, ValueError, AttributeError):
        return None


def _numbers(checkpoint: Checkpoint, part: str) -> int:
    return sum(math.prod(shape) for shape in checkpoint.shapes(part).values())
