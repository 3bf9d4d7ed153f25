"""The layers that the 24 kHz vocoder is made of.

Shapes: B sounds, C channels, N steps at the rate of the layer.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import weight_norm

SNAKE_EPS = 1e-9


def normed_conv(inputs: int, outputs: int, kernel: int, dilation: int = 1) -> nn.Conv1d:
    """A convolution that keeps the length, its weight stored as direction and size."""
    padding = dilation * (kernel - 1) // 2
    conv: nn.Conv1d = weight_norm(
        nn.Conv1d(inputs, outputs, kernel, dilation=dilation, padding=padding)
    )
    return conv


def fold_weight_norm(module: nn.Module) -> None:
    """Replace every stored direction and size by the weight they stand for, for good."""
    for part in list(module.modules()):
        if parametrize.is_parametrized(part, "weight"):
            parametrize.remove_parametrizations(part, "weight", leave_parametrized=True)


class Snake(nn.Module):
    """x + sin²(αx)/α: bends periodically, with one α a channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, N] -> [B, C, N]."""
        alpha = self.alpha[:, None]
        return x + torch.sin(x * alpha).square() / (alpha + SNAKE_EPS)


class ResidualBlock(nn.Module):
    """Pairs of convolutions, each pair wider apart than the one before, added to their input."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(normed_conv(channels, channels, kernel, d) for d in dilations)
        self.convs2 = nn.ModuleList(normed_conv(channels, channels, kernel) for _ in dilations)
        self.activations1 = nn.ModuleList(Snake(channels) for _ in dilations)
        self.activations2 = nn.ModuleList(Snake(channels) for _ in dilations)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, N] -> [B, C, N]."""
        for bend, wide, bend_again, narrow in zip(
            self.activations1, self.convs1, self.activations2, self.convs2, strict=True
        ):
            x = x + narrow(bend_again(wide(bend(x))))
        return x


class PitchPredictor(nn.Module):
    """The fundamental frequency of each mel frame."""

    reach = 5  # frames on either side that bear on one

    def __init__(self, mels: int, channels: int) -> None:
        super().__init__()
        widths = [mels] + [channels] * self.reach
        pairs = pairwise(widths)
        layers = [layer for i, o in pairs for layer in (normed_conv(i, o, 3), nn.ELU())]
        self.condnet = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, 1)

    def forward(self, mel: Tensor) -> Tensor:
        """[B, 80, T] -> [B, T] Hz."""
        hidden = self.condnet(mel).transpose(1, 2)
        pitch: Tensor = self.classifier(hidden)[..., 0].abs()
        return pitch
