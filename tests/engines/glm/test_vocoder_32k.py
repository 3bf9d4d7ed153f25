"""The 32 kHz vocoder: a compiled program, run as the reference runs it."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from antiphon.engines.glm.vocoder_32k import HOP, CompiledVocoder
from antiphon.errors import BadCheckpoint


class Stand(nn.Module):
    """Gives back the first band, held for a hop: [B, T, 80] -> [B, T * 640]."""

    def forward(self, mel: Tensor) -> Tensor:
        """One sample after another."""
        return mel[:, :, 0].repeat_interleave(640, dim=1)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program as the checkpoint would hold one."""
    path = tmp_path / "generator_jit.ckpt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the format, not of its use
        torch.jit.script(Stand()).save(str(path))
    return path


def test_it_is_given_bands_in_its_own_scale(program: Path) -> None:
    """Frames come before bands, and each is less by the logarithm of its window's length."""
    vocoder = CompiledVocoder.load(program, torch.device("cpu"))
    mel = torch.randn(1, 80, 7, generator=torch.Generator().manual_seed(2))
    found = vocoder(mel)
    assert found.shape == (1, 7 * HOP)
    torch.testing.assert_close(found[0, ::HOP], mel[0, 0] - math.log(2560))


def test_one_frame_is_given_twice(program: Path) -> None:
    """It was never trained on a single one."""
    vocoder = CompiledVocoder.load(program, torch.device("cpu"))
    assert vocoder(torch.zeros(1, 80, 1)).shape == (1, 2 * HOP)


def test_another_file_is_refused(tmp_path: Path) -> None:
    """With its path, and what it should have been."""
    path = tmp_path / "generator_jit.ckpt"
    path.write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(BadCheckpoint, match="TorchScript"):
        CompiledVocoder.load(path, torch.device("cpu"))
