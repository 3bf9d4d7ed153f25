"""The layers of the speech tokenizer: Whisper's, with three ways of looking back.

Shapes: B segments, T frames, D channels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class TimeConv(nn.Conv1d):
    """A convolution over time that looks to both sides, or, when causal, only back."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, *, causal: bool = False
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride, padding=0 if causal else kernel // 2)
        self.back = kernel - 1 if causal else 0

    def forward(self, x: Tensor) -> Tensor:
        """[B, D, T] -> [B, D', T / stride]."""
        return super().forward(functional.pad(x, (self.back, 0)))


class Attention(nn.Module):
    """Attention of every frame to those its mask shows it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """[B, T, D] -> [B, T, D]."""
        query, key, value = (
            to(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for to in (self.q_proj, self.k_proj, self.v_proj)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class EncoderLayer(nn.Module):
    """One layer of Whisper's encoder."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.self_attn = Attention(width, heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """[B, T, D] -> [B, T, D]."""
        x = x + self.self_attn(self.self_attn_layer_norm(x), mask)
        return x + self.fc2(functional.gelu(self.fc1(self.final_layer_norm(x))))


def attention_mask(real: Tensor, block: int | None, *, causal: bool) -> Tensor:
    """Which frames each may look at, [B or 1, 1, T, T], from the real ones [B, T].

    Causal: those up to itself, padding or not. In blocks: the real ones of its own block, and of
    those before. Else every real one.
    """
    places = torch.arange(real.shape[1], device=real.device)
    if causal:
        return (places[None] <= places[:, None])[None, None]
    keys = real[:, None, None, :]
    if block is None:
        # A row of its own for each frame: the attention kernels want the whole shape.
        return keys.expand(-1, -1, real.shape[1], -1)
    return keys & (places[None] // block <= places[:, None] // block)


def nearest_rows(x: Tensor, codebook: Tensor) -> Tensor:
    """For each vector of [B, T, D] the index of the nearest row of a codebook [K, D]: [B, T]."""
    flat, rows = x.flatten(0, 1).float(), codebook.float()
    # The vector's own length is the same for every row, but it is part of the rounding.
    own = flat.square().sum(1, keepdim=True)
    distances = torch.addmm(rows.square().sum(1) + own, flat, rows.T, alpha=-2.0)
    return distances.argmin(dim=1).unflatten(0, x.shape[:2])
