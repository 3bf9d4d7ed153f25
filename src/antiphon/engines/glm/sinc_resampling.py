"""Another sample rate, by the windowed sinc that the reference resamples prompts with.

Prompts are heard by trained models, so they are resampled as in training (torchaudio's defaults);
sound on its way to a listener goes through `antiphon.audio.resampling`.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

ZERO_CROSSINGS, ROLLOFF = 6, 0.99


def resampled(wave: Tensor, rate_in: int, rate_out: int) -> Tensor:
    """A waveform [B, S] at `rate_in` Hz -> [B, ceil(S * rate_out / rate_in)] at `rate_out`."""
    if rate_in == rate_out:
        return wave
    shared = math.gcd(rate_in, rate_out)
    step, phases = rate_in // shared, rate_out // shared
    kernel, width = _kernel(step, phases)
    padded = functional.pad(wave, (width, width + step))[:, None]
    found = functional.conv1d(padded, kernel.to(wave.device), stride=step)
    length = -(-wave.shape[1] * phases // step)
    return found.transpose(1, 2).flatten(1)[:, :length]


@lru_cache(maxsize=16)
def _kernel(step: int, phases: int) -> tuple[Tensor, int]:
    """One filter for each output sample of a period [phases, 1, K], and its reach in samples."""
    cutoff = min(step, phases) * ROLLOFF
    width = math.ceil(ZERO_CROSSINGS * step / cutoff)
    inputs = torch.arange(-width, width + step, dtype=torch.float64) / step
    # Output times are in single precision there, and so here.
    outputs = torch.arange(0, -phases, -1)[:, None] / phases
    times = ((outputs + inputs) * cutoff).clamp(-ZERO_CROSSINGS, ZERO_CROSSINGS)
    window = torch.cos(times * math.pi / ZERO_CROSSINGS / 2).square()
    kernel = torch.sinc(times) * window * (cutoff / step)
    return kernel.float()[:, None], width
