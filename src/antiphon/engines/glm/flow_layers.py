"""The layers that the flow's transformer is made of.

Shapes: B sequences, T mel frames, D channels, C width of the condition (time and speaker).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

TIME_WIDTH, TIME_SCALE, TIME_BASE = 256, 1000.0, 10_000.0
NORM_EPS = 1e-6


class TimeEmbedding(nn.Module):
    """A time of the flow in [0, 1] as a vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.time_mlp = nn.Sequential(
            nn.Linear(TIME_WIDTH, width), nn.SiLU(), nn.Linear(width, width)
        )

    def forward(self, time: Tensor) -> Tensor:
        """[B] times -> [B, D]."""
        half = TIME_WIDTH // 2
        steps = torch.arange(half, device=time.device).float()
        frequencies = torch.exp(steps * (-math.log(TIME_BASE) / (half - 1)))
        angles = TIME_SCALE * time.float()[:, None] * frequencies
        waves = torch.cat((angles.sin(), angles.cos()), dim=-1)
        embedded: Tensor = self.time_mlp(waves.to(next(self.time_mlp.parameters()).dtype))
        return embedded


class GlobalResponseNorm(nn.Module):
    """Scales each channel by its share of the energy over all frames (GRN of ConvNeXt V2).

    The energy is summed over time, so every frame depends on every other: a longer sequence
    changes the frames it shares with a shorter one.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, width))
        self.beta = nn.Parameter(torch.zeros(1, 1, width))

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, D] -> [B, T, D]."""
        energy = torch.linalg.vector_norm(x, dim=1, keepdim=True)
        share = energy / (energy.mean(dim=-1, keepdim=True) + NORM_EPS)
        return self.gamma * (x * share) + self.beta + x


class ConvNextBlock(nn.Module):
    """A ConvNeXt V2 block over time: depthwise convolution, then a gated widening."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.pwconv1 = nn.Linear(width, inner)
        self.grn = GlobalResponseNorm(inner)
        self.pwconv2 = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, D] -> [B, T, D]."""
        mixed = self.norm(self.dwconv(x.transpose(1, 2)).transpose(1, 2))
        widened = self.grn(functional.gelu(self.pwconv1(mixed)))
        return x + self.pwconv2(widened)


class ConvPosition(nn.Module):
    """Where a frame stands, felt through two grouped convolutions of 31 frames."""

    def __init__(self, width: int, kernel: int = 31, groups: int = 16) -> None:
        super().__init__()
        self.conv1d = nn.Sequential(
            nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=groups),
            nn.Mish(),
            nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=groups),
            nn.Mish(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, D] -> [B, T, D]."""
        placed: Tensor = self.conv1d(x.transpose(1, 2)).transpose(1, 2)
        return placed


class Rotary(nn.Module):
    """Rotary position embedding of interleaved pairs; the layout stores its frequencies."""

    def __init__(self, width: int) -> None:
        super().__init__()
        frequencies = 1.0 / (10_000.0 ** (torch.arange(0, width, 2).float() / width))
        self.register_buffer("inv_freq", frequencies)
        self.inv_freq: Tensor

    def forward(self, frames: int) -> tuple[Tensor, Tensor]:
        """Cosines and sines, each [T, width / 2], in single precision."""
        positions = torch.arange(frames, device=self.inv_freq.device).float()
        angles = torch.outer(positions, self.inv_freq.float())
        return angles.cos(), angles.sin()


def rotated(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """[..., T, 2n] with each pair of channels turned by its angle, [T, n] cosines and sines."""
    cosines, sines = (part.to(x.dtype) for part in turn)
    even, odd = x[..., 0::2], x[..., 1::2]
    pairs = (even * cosines - odd * sines, odd * cosines + even * sines)
    return torch.stack(pairs, dim=-1).flatten(-2)


class SelfAttention(nn.Module):
    """Attention over frames where only the first head knows positions.

    The reference turns the first 64 channels before it splits the heads, and the weights were
    trained so: the other heads see order only through the convolutions.
    """

    def __init__(self, width: int, heads: int, head_width: int) -> None:
        super().__init__()
        self.heads = heads
        inner = heads * head_width
        self.to_q, self.to_k, self.to_v = (nn.Linear(width, inner) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(inner, width)])

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], mask: Tensor | None) -> Tensor:
        """[B, T, D] -> [B, T, D]; `mask` is true where a row may look, [..., T, T]."""
        query, key, value = (self._split(to(x)) for to in (self.to_q, self.to_k, self.to_v))
        query, key = (
            torch.cat((rotated(heads[:, :1], turn), heads[:, 1:]), dim=1) for heads in (query, key)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        out: Tensor = self.to_out[0](mixed.transpose(1, 2).flatten(2))
        return out

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class FeedForward(nn.Module):
    """Widens, bends and narrows each frame by itself."""

    def __init__(self, width: int, multiple: int) -> None:
        super().__init__()
        inner = width * multiple
        self.ff = nn.Sequential(
            nn.Sequential(nn.Linear(width, inner), nn.GELU(approximate="tanh")),
            nn.Identity(),  # dropout stood here in training, and holds the place in the layout
            nn.Linear(inner, width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, D] -> [B, T, D]."""
        out: Tensor = self.ff(x)
        return out


class Modulation(nn.Module):
    """Scales, shifts and gates that time and speaker impose on a layer."""

    def __init__(self, width: int, condition: int, parts: int) -> None:
        super().__init__()
        self.parts = parts
        self.linear = nn.Linear(condition, width * parts)

    def forward(self, condition: Tensor) -> tuple[Tensor, ...]:
        """[B, C] -> `parts` tensors, each [B, 1, D]."""
        return self.linear(functional.silu(condition))[:, None].chunk(self.parts, dim=-1)


def modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """[B, T, D] normalised over D, then scaled and shifted by [B, 1, D]."""
    return functional.layer_norm(x, x.shape[-1:], eps=NORM_EPS) * (1 + scale) + shift


class Block(nn.Module):
    """One layer of the transformer, steered by time and speaker."""

    def __init__(self, width: int, heads: int, head_width: int, multiple: int, condition: int):
        super().__init__()
        self.attn_norm = Modulation(width, condition, parts=6)
        self.attn = SelfAttention(width, heads, head_width)
        self.ff = FeedForward(width, multiple)

    def forward(
        self,
        x: Tensor,
        condition: Tensor,
        turn: tuple[Tensor, Tensor],
        mask: Tensor | None = None,
        real: Tensor | None = None,
    ) -> Tensor:
        """[B, T, D] -> [B, T, D]; `real` [B, T, 1] is false for frames of padding."""
        shift, scale, gate, ff_shift, ff_scale, ff_gate = self.attn_norm(condition)
        attended = self.attn(modulated(x, shift, scale), turn, mask)
        if real is not None:
            attended = attended.masked_fill(~real, 0.0)
        x = x + gate * attended
        return x + ff_gate * self.ff(modulated(x, ff_shift, ff_scale))
