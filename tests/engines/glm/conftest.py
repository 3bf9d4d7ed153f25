"""A tiny checkpoint of random weights, made once and loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon.engines.glm.loading import Loaded, load
from antiphon.engines.glm.random_checkpoint import write_random
from antiphon.engines.registry import EngineOptions


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the checkpoint."""
    return write_random(tmp_path_factory.mktemp("glm") / "tiny", "tiny", seed=7)


@pytest.fixture(scope="session")
def loaded(tiny: Path) -> Loaded:
    """The checkpoint on the CPU."""
    return load(EngineOptions(tiny))
