"""Whisper's log-mel features at 16 kHz, which the speech tokenizer hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from antiphon.engines.glm.filterbanks import slaney_filters

FLOOR = 1e-10
RANGE_BELS = 8.0  # what lies further below the loudest is as loud as that


@dataclass(frozen=True, slots=True)
class WhisperFeatures:
    """Features [B, mels, T], and which 10 ms frames are real, [B, T] of bool."""

    features: Tensor
    real: Tensor


def whisper_features(
    waves: Sequence[Tensor], multiple: int, mels: int = 128, rate: int = 16_000, hop: int = 160
) -> WhisperFeatures:
    """Features of waveforms, each [S] in [-1, 1], padded to one length.

    The length is that of the longest, rounded up to a `multiple` of samples.
    """
    longest = max(len(wave) for wave in waves)
    length = -(-longest // multiple) * multiple
    padded = torch.stack([functional.pad(wave, (0, length - len(wave))) for wave in waves])
    sizes = torch.tensor([len(wave) for wave in waves], device=padded.device)
    # A frame is real when the sample it begins at is.
    starts = torch.arange(0, length, hop, device=padded.device)
    return WhisperFeatures(_log_mel(padded, mels, rate, hop), starts < sizes[:, None])


def _log_mel(waves: Tensor, mels: int, rate: int, hop: int) -> Tensor:
    n_fft = rate // 40
    window = torch.hann_window(n_fft, device=waves.device)
    spectrum = torch.stft(waves, n_fft, hop, window=window, return_complex=True)
    power = spectrum[..., :-1].abs().square()
    filters = slaney_filters(rate, n_fft, mels, 0.0, rate / 2).to(waves.device)
    bels = (filters @ power).clamp(min=FLOOR).log10()
    loudest = bels.amax(dim=(1, 2), keepdim=True)
    return (torch.maximum(bels, loudest - RANGE_BELS) + 4.0) / 4.0
