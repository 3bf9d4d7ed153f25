"""The 32 kHz vocoder: a compiled program, run as the reference runs it."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor

from antiphon.engines.glm.vocoder_32k import HOP, MARGIN, CompiledVocoder
from antiphon.errors import BadCheckpoint
from tests.engines.glm.programs import write_program


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program as the checkpoint would hold one."""
    return write_program(tmp_path / "generator_jit.ckpt")


def test_it_is_given_bands_in_its_own_scale(program: Path) -> None:
    """Frames come before bands, and each is less by the logarithm of its window's length."""
    vocoder = CompiledVocoder.load(program, torch.device("cpu"))
    mel = torch.randn(1, 80, 7, generator=torch.Generator().manual_seed(2))
    found = vocoder(mel)
    assert found.shape == (1, 7 * HOP)
    # Of seven frames all bear on each.
    wanted = (mel[0, 0] - math.log(2560)).mean().expand(7)
    torch.testing.assert_close(found[0, ::HOP], wanted)


@pytest.mark.parametrize("cuts", [[90], [1, 2, 3], [60, 61, 120], list(range(5, 160, 5))], ids=str)
def test_a_sound_in_windows_is_the_sound_whole(cuts: list[int], program: Path) -> None:
    """Of a program that looks less far than the margin, to the last bit but rounding."""
    vocoder = CompiledVocoder.load(program, torch.device("cpu"))
    mel = torch.randn(1, 80, 160, generator=torch.Generator().manual_seed(3))
    state, made = vocoder.start(), []
    for begin, end in pairwise([0, *cuts, 160]):
        wave, state = vocoder.advance(state, mel[:, :, begin:end], no_noise, last=end == 160)
        made.append(wave)
        assert state.mel.shape[2] <= 2 * MARGIN + end - begin
    torch.testing.assert_close(torch.cat(made, dim=1), vocoder(mel))


def no_noise(first: int, frames: int) -> Tensor:
    """It draws nothing."""
    raise AssertionError


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
