"""What the speech tokenizer hears, against the reference's feature extractor."""

from __future__ import annotations

import torch

from antiphon.engines.glm.filterbanks import slaney_filters
from antiphon.engines.glm.whisper_features import whisper_features
from tests.engines.glm.golden import golden

GOLDEN = golden("whisper_features")


def test_features_are_the_reference_s() -> None:
    """Two clips of different length agree to 1e-3, and their real frames exactly."""
    heard = whisper_features([GOLDEN["wav0"], GOLDEN["wav1"]], multiple=640)
    torch.testing.assert_close(heard.features, GOLDEN["input_features"], atol=1e-3, rtol=0)
    assert torch.equal(heard.real.int(), GOLDEN["attention_mask"])


def test_the_filters_are_the_reference_s() -> None:
    """128 bands up to 8 kHz, to 1e-6."""
    filters = slaney_filters(16_000, 400, 128, 0.0, 8000.0)
    torch.testing.assert_close(filters.T, GOLDEN["mel_filters"], atol=1e-6, rtol=0)
