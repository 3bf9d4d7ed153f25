"""Resampling of prompts against the reference's."""

from __future__ import annotations

import pytest
import torch

from antiphon.engines.glm.sinc_resampling import resampled
from tests.engines.glm.golden import golden

GOLDEN = golden("resample_sinc_hann")
PAIRS = sorted(name.removesuffix(".in") for name in GOLDEN if name.endswith(".in"))


@pytest.mark.parametrize("pair", PAIRS)
def test_a_resampled_wave_is_the_reference_s(pair: str) -> None:
    """Every sample to 1e-6, and as many of them."""
    rate_in, rate_out = (int(rate) for rate in pair.split("_"))
    found = resampled(GOLDEN[f"{pair}.in"], rate_in, rate_out)
    torch.testing.assert_close(found, GOLDEN[f"{pair}.out"], atol=1e-6, rtol=0)


def test_its_own_rate_is_left_alone() -> None:
    """Nothing is filtered when there is nothing to do."""
    wave = torch.randn(1, 100, generator=torch.Generator().manual_seed(3))
    assert resampled(wave, 16_000, 16_000) is wave
