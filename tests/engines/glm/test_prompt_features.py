"""What is known of a recording, kept as bytes."""

from __future__ import annotations

import pytest
import torch

from antiphon.engines.glm.prompt_features import PromptFeatures


def features(frames: int = 20) -> PromptFeatures:
    """Of a recording that lasted that long."""
    drawn = torch.Generator().manual_seed(6)
    return PromptFeatures(
        torch.randint(0, 32_768, (frames // 2,), generator=drawn),
        torch.randn(1, frames, 80, generator=drawn),
        torch.randn(192, generator=drawn),
        24_000,
    )


def test_what_was_kept_comes_back() -> None:
    """Bit for bit, with the types it had."""
    kept = features()
    back = PromptFeatures.from_bytes(kept.to_bytes())
    assert back is not None
    assert torch.equal(back.speech_tokens, kept.speech_tokens)
    assert torch.equal(back.mel, kept.mel)
    assert torch.equal(back.speaker, kept.speaker)
    assert back.mel_rate == 24_000


def test_equal_features_are_equal_bytes() -> None:
    """So that keeping them twice changes nothing."""
    assert features().to_bytes() == features().to_bytes()


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff" * 100, features().to_bytes()[:-1]], ids=len)
def test_spoilt_bytes_are_nothing(data: bytes) -> None:
    """They are made again instead."""
    assert PromptFeatures.from_bytes(data) is None


def test_other_shapes_are_nothing() -> None:
    """Such as a speaker vector of another model."""
    wrong = PromptFeatures(torch.zeros(3), torch.zeros(1, 6, 80), torch.zeros(256), 24_000)
    assert PromptFeatures.from_bytes(wrong.to_bytes()) is None
