"""The mel spectrogram that a prompt is shown to the flow as, at 24 kHz or at 32 kHz."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from antiphon.engines.glm.filterbanks import slaney_filters

MAGNITUDE_FLOOR, MEL_FLOOR = 1e-9, 1e-5


@dataclass(frozen=True, slots=True)
class MelSettings:
    """How a waveform at `rate` Hz is cut: windows of `n_fft` samples, one every `hop`."""

    rate: int
    n_fft: int
    hop: int
    mels: int = 80
    low_hz: float = 0.0
    high_hz: float = 8000.0


MEL_24K = MelSettings(rate=24_000, n_fft=1920, hop=480)
MEL_32K = MelSettings(rate=32_000, n_fft=2560, hop=640)


@lru_cache(maxsize=4)
def mel_filters(settings: MelSettings) -> Tensor:
    """[80, n_fft / 2 + 1], on the CPU."""
    return slaney_filters(
        settings.rate, settings.n_fft, settings.mels, settings.low_hz, settings.high_hz
    )


def log_mel(wave: Tensor, settings: MelSettings) -> Tensor:
    """A waveform [B, S] in [-1, 1] -> natural logs of mel magnitudes [B, 80, S // hop]."""
    # The padding centres a window on the middle of each hop.
    side = (settings.n_fft - settings.hop) // 2
    padded = functional.pad(wave[:, None], (side, side), mode="reflect")[:, 0]
    window = torch.hann_window(settings.n_fft, device=wave.device)
    spectrum = torch.view_as_real(
        torch.stft(
            padded, settings.n_fft, settings.hop, window=window, center=False, return_complex=True
        )
    )
    magnitude = (spectrum.square().sum(-1) + MAGNITUDE_FLOOR).sqrt()
    mel = mel_filters(settings).to(wave.device) @ magnitude
    return mel.clamp(min=MEL_FLOOR).log()
