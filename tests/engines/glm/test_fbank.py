"""What the speaker encoder hears, against Kaldi's definition."""

from __future__ import annotations

import torch

from antiphon.engines.glm.fbank import LOW_HZ, MELS, N_FFT, RATE, centred_fbank, fbank
from antiphon.engines.glm.filterbanks import kaldi_filters
from tests.engines.glm.golden import golden

GOLDEN = golden("campplus_fbank")


def test_energies_are_the_reference_s() -> None:
    """All 105 frames of 80 bands to 1e-3, where its own rounding is 3e-4."""
    torch.testing.assert_close(fbank(GOLDEN["wav"]), GOLDEN["fbank"], atol=1e-3, rtol=0)


def test_centred_energies_are_the_reference_s() -> None:
    """What goes into the encoder agrees to 1e-3."""
    found = centred_fbank(GOLDEN["wav"])
    torch.testing.assert_close(found, GOLDEN["fbank_meannorm"], atol=1e-3, rtol=0)


def test_the_filters_are_the_reference_s() -> None:
    """Every weight to 2e-5, most of it rounding of hertz to mel."""
    filters = kaldi_filters(RATE, N_FFT, MELS, LOW_HZ)
    torch.testing.assert_close(filters, GOLDEN["filterbank"], atol=2e-5, rtol=0)


def test_a_louder_microphone_sounds_the_same() -> None:
    """Once centred, twice as loud is no other voice."""
    wave = torch.randn(16_000, generator=torch.Generator().manual_seed(4)) / 4
    torch.testing.assert_close(centred_fbank(wave / 2), centred_fbank(wave), atol=1e-3, rtol=0)
