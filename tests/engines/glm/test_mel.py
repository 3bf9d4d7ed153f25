"""The prompt's mel against the reference."""

from __future__ import annotations

import pytest
import torch

from antiphon.engines.glm.mel import MEL_24K, MEL_32K, MelSettings, log_mel, mel_filters
from tests.engines.glm.golden import golden

GOLDEN = golden("mel_24k_32k")
RATES = [pytest.param("24k", MEL_24K, id="24k"), pytest.param("32k", MEL_32K, id="32k")]


@pytest.mark.parametrize(("name", "settings"), RATES)
def test_a_mel_is_the_reference_s(name: str, settings: MelSettings) -> None:
    """Chirp, noise and silence agree to 1e-4, a tenth of what is allowed."""
    found = log_mel(GOLDEN[f"{name}.wav"], settings)
    torch.testing.assert_close(found, GOLDEN[f"{name}.mel"], atol=1e-4, rtol=0)


@pytest.mark.parametrize(("name", "settings"), RATES)
def test_the_filters_are_the_reference_s(name: str, settings: MelSettings) -> None:
    """Both rates in one process: the reference's own cache would mix them up."""
    torch.testing.assert_close(
        mel_filters(settings), GOLDEN[f"{name}.filterbank"], atol=1e-7, rtol=0
    )


@pytest.mark.parametrize(("name", "settings"), RATES)
def test_silence_stands_at_the_floor(name: str, settings: MelSettings) -> None:
    """50 frames a second of the quietest there is."""
    mel = log_mel(torch.zeros(1, settings.rate), settings)
    assert mel.shape == (1, 80, 50)
    assert mel.max() < -7
