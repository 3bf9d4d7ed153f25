"""Triangular filters over a spectrum, on the two mel scales in use.

Shapes: M filters, F bins of a Fourier transform, from 0 Hz to half the sample rate.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

# Slaney's scale: straight up to 1 kHz, then logarithmic.
LINEAR_HZ, BREAK_HZ, LOG_STEP = 200 / 3, 1000.0, math.log(6.4) / 27


def slaney_filters(rate: int, n_fft: int, mels: int, low_hz: float, high_hz: float) -> Tensor:
    """[M, F] filters of equal area, as librosa and Whisper have them."""
    low, high = _slaney_mel(low_hz), _slaney_mel(high_hz)
    edges = _slaney_hz(torch.linspace(low, high, mels + 2, dtype=torch.float64))
    bins = torch.linspace(0, rate / 2, n_fft // 2 + 1, dtype=torch.float64)
    filters = _triangles(edges, bins)
    return (filters * (2.0 / (edges[2:] - edges[:-2]))[:, None]).float()


def _slaney_mel(hz: float) -> float:
    linear = hz / LINEAR_HZ
    return linear if hz < BREAK_HZ else BREAK_HZ / LINEAR_HZ + math.log(hz / BREAK_HZ) / LOG_STEP


def _slaney_hz(mel: Tensor) -> Tensor:
    knee = BREAK_HZ / LINEAR_HZ
    return torch.where(mel < knee, mel * LINEAR_HZ, BREAK_HZ * ((mel - knee) * LOG_STEP).exp())


def kaldi_filters(rate: int, n_fft: int, mels: int, low_hz: float) -> Tensor:
    """[M, F] filters as Kaldi has them, their sides straight in mel; none holds the last bin."""
    low, high = _kaldi_mel(torch.tensor([low_hz, rate / 2]))
    edges = low + torch.arange(mels + 2) * ((high - low) / (mels + 1))
    bins = _kaldi_mel(torch.arange(n_fft // 2) * (rate / n_fft))
    return torch.nn.functional.pad(_triangles(edges, bins), (0, 1))


def _kaldi_mel(hz: Tensor) -> Tensor:
    return 1127.0 * torch.log(1.0 + hz / 700.0)


def _triangles(edges: Tensor, bins: Tensor) -> Tensor:
    """[M, F]: each filter rises from its first edge to the second, and falls to the third."""
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return torch.minimum(rising, falling).clamp(min=0)
