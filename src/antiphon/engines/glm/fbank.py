"""Kaldi's log filterbank energies at 16 kHz, which the speaker encoder hears."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from antiphon.engines.glm.filterbanks import kaldi_filters

RATE = 16_000
WINDOW, HOP, N_FFT = 400, 160, 512  # samples: 25 ms, 10 ms, and the next power of two
MELS, LOW_HZ = 80, 20.0
PRE_EMPHASIS, POVEY = 0.97, 0.85
FLOOR = torch.finfo(torch.float32).eps


def fbank(wave: Tensor) -> Tensor:
    """A waveform [S] in [-1, 1] -> natural logs of energies [T, 80], one row every 10 ms.

    Windows lie wholly inside the waveform, and nothing is dithered.
    """
    frames = wave.unfold(0, WINDOW, HOP)
    frames = frames - frames.mean(dim=1, keepdim=True)
    before = functional.pad(frames[:, None], (1, 0), mode="replicate")[:, 0, :-1]
    emphasised = (frames - PRE_EMPHASIS * before) * povey_window().to(wave.device)
    power = torch.fft.rfft(emphasised, N_FFT).abs().square()
    filters = kaldi_filters(RATE, N_FFT, MELS, LOW_HZ).to(wave.device)
    return (power @ filters.T).clamp(min=FLOOR).log()


def povey_window() -> Tensor:
    """[400]: a Hann window that falls off less steeply."""
    return torch.hann_window(WINDOW, periodic=False).pow(POVEY)


def centred_fbank(wave: Tensor) -> Tensor:
    """`fbank` [T, 80] less each band's mean over time: what a microphone adds drops out."""
    energies = fbank(wave)
    return energies - energies.mean(dim=0, keepdim=True)
