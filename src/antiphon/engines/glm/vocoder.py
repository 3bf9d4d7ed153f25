"""The 24 kHz vocoder (HiFT): a mel spectrogram becomes a waveform, whole or in windows.

Everything in it reaches a bounded number of frames, but for the phase of the pitch, which is
carried. So a sound made in windows is the sound made whole, up to rounding, as long as each window
sees `margin` frames past what it gives away. Noise comes in from outside, by frame.
"""

from __future__ import annotations

import math
from itertools import accumulate
from operator import mul

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from antiphon.engines.glm.config import VocoderConfig
from antiphon.engines.glm.vocoder_layers import (
    PitchPredictor,
    ResidualBlock,
    fold_weight_norm,
    normed_conv,
)
from antiphon.engines.glm.vocoder_source import Anchor, HarmonicSource
from antiphon.engines.glm.vocoding import NoiseOf, VocoderState

LOUDEST_BIN = 100.0
LAST_SLOPE = 0.01  # of the last activation: the reference leaves it at the library's default


class Vocoder(nn.Module):
    """HiFT of a checkpoint, in single precision."""

    def __init__(self, config: VocoderConfig) -> None:
        super().__init__()
        self.config = config
        self.rate, self.hop = config.rate, math.prod(config.upsample_rates) * config.hop
        bins = config.n_fft + 2  # real and imaginary parts, or magnitudes and phases
        self.f0_predictor = PitchPredictor(config.mels, config.f0_channels)
        self.m_source = HarmonicSource(
            config.rate,
            self.hop,
            config.harmonics,
            config.sine_level,
            config.noise_level,
            config.voiced_above_hz,
        )
        self.harmonics = self.m_source.harmonics
        self.conv_pre = normed_conv(config.mels, config.channels, 7)
        widths = [config.channels // 2**stage for stage in range(len(config.upsample_rates) + 1)]
        self.ups = nn.ModuleList(_upsamplings(config, widths))
        self.source_downs = nn.ModuleList(_downsamplings(config, widths[1:], bins))
        self.source_resblocks = nn.ModuleList(
            ResidualBlock(width, kernel, config.dilations)
            for width, kernel in zip(widths[1:], config.source_kernels, strict=True)
        )
        self.resblocks = nn.ModuleList(
            ResidualBlock(width, kernel, config.dilations)
            for width in widths[1:]
            for kernel in config.resblock_kernels
        )
        self.conv_post = normed_conv(widths[-1], bins, 7)
        window = torch.hann_window(config.n_fft, device="cpu")  # real, even where the rest is meta
        self.register_buffer("window", window, persistent=False)
        self.window: Tensor

    def fold(self) -> Vocoder:
        """Compute every normed weight once; the state dict is no longer the checkpoint's."""
        fold_weight_norm(self)
        return self

    @torch.inference_mode()
    def forward(self, mel: Tensor, noise: Tensor) -> Tensor:
        """The whole sound [1, T * hop] of a mel [1, 80, T], with normal noise [1, T * hop, H]."""
        excitation = self.m_source(self.f0_predictor(mel), noise)
        return self.decode(mel, excitation.samples)

    def start(self) -> VocoderState:
        """A sound of which no frame has come yet."""
        return VocoderState(self.window.new_zeros(1, self.config.mels, 0))

    @torch.inference_mode()
    def advance(
        self,
        state: VocoderState,
        mel: Tensor,
        noise: NoiseOf,
        *,
        last: bool,
        ahead: int | None = None,
    ) -> tuple[Tensor, VocoderState]:
        """Give the sound [1, S] that more frames [1, 80, n] make ready, and the state to go on.

        `ahead` frames are held back as look-ahead unless these are the `last`; fewer than `margin`
        are faster, and differ from the whole sound near the end of each window.
        """
        window = torch.cat((state.mel, mel), dim=2)
        frames = window.shape[2]
        held = self.margin if ahead is None else ahead
        ready = frames if last else max(state.given, frames - held)
        if ready == state.given:
            return window.new_zeros(1, 0), VocoderState(
                window, state.first, state.given, state.anchor
            )
        excitation = self.m_source(
            self.f0_predictor(window), noise(state.first, frames), state.anchor, last
        )
        sound = self.decode(window, excitation.samples)
        drop = max(0, ready - self.margin)
        anchor = state.anchor
        if drop:
            # The pitch of the first frames will be off for want of those dropped before them.
            sure = PitchPredictor.reach
            anchor = Anchor(sure, excitation.phases[drop + sure])
        kept = VocoderState(window[:, :, drop:], state.first + drop, ready - drop, anchor)
        return sound[:, state.given * self.hop : ready * self.hop], kept

    @property
    def margin(self) -> int:
        """How many frames on either side bear on a sample, rounded up."""
        config = self.config
        rates = list(accumulate(config.upsample_rates, mul))
        spread = len(config.dilations) + sum(config.dilations)  # of a block, per half kernel
        mel_way = 3.0 + 2.0
        excitation = (spread * (config.source_kernels[0] // 2) + 4) / rates[0]
        pitch_way = PitchPredictor.reach + 1 + excitation
        half = max(config.resblock_kernels) // 2
        blocks = sum((spread * half + 4) / rate for rate in rates)
        return math.ceil(max(mel_way, pitch_way) + blocks)

    def decode(self, mel: Tensor, excitation: Tensor) -> Tensor:
        """[1, 80, T] and an excitation [1, 1, T * hop] -> the sound [1, T * hop]."""
        spectrum = self.excitation_spectrum(excitation)
        x = self.conv_pre(mel)
        stages = len(self.ups)
        for stage in range(stages):
            x = self.ups[stage](functional.leaky_relu(x, self.config.slope))
            if stage == stages - 1:
                # The spectrum of the excitation has one step more than its frames.
                x = functional.pad(x, (1, 0), mode="reflect")
            x = x + self.source_resblocks[stage](self.source_downs[stage](spectrum))
            x = self._averaged(x, stage)
        return self._inverse(self.conv_post(functional.leaky_relu(x, LAST_SLOPE)))

    def excitation_spectrum(self, excitation: Tensor) -> Tensor:
        """[1, 1, S] -> [1, 18, S / 4 + 1]: real parts, then imaginary parts."""
        config = self.config
        spectrum = torch.stft(
            excitation[:, 0], config.n_fft, config.hop, window=self.window, return_complex=True
        )
        return torch.cat((spectrum.real, spectrum.imag), dim=1)

    def _averaged(self, x: Tensor, stage: int) -> Tensor:
        """The mean of the stage's residual blocks."""
        count = len(self.config.resblock_kernels)
        blocks = self.resblocks[stage * count : (stage + 1) * count]
        return torch.stack([block(x) for block in blocks]).sum(0) / count

    def _inverse(self, x: Tensor) -> Tensor:
        """Log magnitudes and sines' arguments [1, 18, N] -> the sound they describe."""
        config = self.config
        logs, angles = x.split(config.n_fft // 2 + 1, dim=1)
        magnitude = logs.exp().clamp(max=LOUDEST_BIN)
        spectrum = torch.polar(magnitude, angles.sin())
        sound = torch.istft(spectrum, config.n_fft, config.hop, window=self.window)
        return sound.clamp(-config.limit, config.limit)


def _upsamplings(config: VocoderConfig, widths: list[int]) -> list[nn.Module]:
    plan = zip(config.upsample_rates, config.upsample_kernels, widths, widths[1:], strict=False)
    return [
        weight_norm(nn.ConvTranspose1d(wide, narrow, kernel, rate, padding=(kernel - rate) // 2))
        for rate, kernel, wide, narrow in plan
    ]


def _downsamplings(config: VocoderConfig, widths: list[int], bins: int) -> list[nn.Module]:
    """The excitation's spectrum down to the rate of each stage."""
    strides = [
        math.prod(config.upsample_rates[stage + 1 :]) for stage in range(len(config.upsample_rates))
    ]
    return [
        nn.Conv1d(bins, width, 1)
        if stride == 1
        else nn.Conv1d(bins, width, stride * 2, stride, padding=stride // 2)
        for stride, width in zip(strides, widths, strict=True)
    ]
