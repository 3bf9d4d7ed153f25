"""Golden vectors: what the reference computed, with small random weights."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

FOLDER = Path(__file__).parents[2] / "fixtures" / "golden"


def golden(name: str) -> dict[str, Tensor]:
    """The arrays of one file."""
    return load_file(FOLDER / f"{name}.safetensors")


def part(arrays: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The arrays whose names begin so, less the beginning."""
    return {name[len(prefix) :]: x for name, x in arrays.items() if name.startswith(prefix)}
