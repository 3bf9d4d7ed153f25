"""The flow's transformer: which way a noisy mel spectrogram should move at one time of the flow."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from antiphon.engines.glm.config import FlowConfig
from antiphon.engines.glm.flow_layers import (
    Block,
    ConvNextBlock,
    ConvPosition,
    Modulation,
    Rotary,
    TimeEmbedding,
    modulated,
)

POSITIONS = 4096  # of the token branch; later frames share the last one


class TokenEmbedding(nn.Module):
    """Speech tokens as one vector a frame."""

    def __init__(self, rows: int, width: int, layers: int) -> None:
        super().__init__()
        self.text_embed = nn.Embedding(rows, width)
        self.text_blocks = nn.Sequential(*(ConvNextBlock(width, width * 2) for _ in range(layers)))
        self.register_buffer("places", _places(width), persistent=False)
        self.places: Tensor

    def forward(self, tokens: Tensor, frames: int) -> Tensor:
        """[B, L] ids -> [B, T, width]; each frame takes its nearest token."""
        # Through single precision, whose rounding decides a frame between two tokens.
        stretched = functional.interpolate(tokens[:, None].float(), size=frames, mode="nearest")
        positions = torch.arange(frames, device=tokens.device).clamp(max=POSITIONS - 1)
        placed = self.text_embed(stretched[:, 0].long()) + self.places[positions]
        embedded: Tensor = self.text_blocks(placed)
        return embedded


def _places(width: int) -> Tensor:
    """[POSITIONS, width]: cosines, then sines, of every position.

    On the CPU whatever the default device: no checkpoint holds it, so it is real at once.
    """
    even = torch.arange(0, width, 2, device="cpu").float()
    frequencies = 1.0 / (10_000.0 ** (even / width))
    angles = torch.outer(torch.arange(POSITIONS, device="cpu").float(), frequencies)
    return torch.cat((angles.cos(), angles.sin()), dim=-1)


class InputProjection(nn.Module):
    """Lays noisy mel, known mel and tokens side by side in the transformer's width."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Linear(inputs, width)
        self.conv_pos_embed = ConvPosition(width)

    def forward(self, x: Tensor, known: Tensor, tokens: Tensor) -> Tensor:
        """[B, T, mel], [B, T, mel], [B, T, tokens] -> [B, T, D]."""
        joined = self.proj(torch.cat((x, known, tokens), dim=-1))
        placed: Tensor = joined + self.conv_pos_embed(joined)
        return placed


class FlowTransformer(nn.Module):
    """The estimator of the checkpoint: velocity of the flow at one point and time."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        width = config.dim
        condition = width + config.speaker_dim
        self.time_embed = TimeEmbedding(width)
        self.text_emb_layer = TokenEmbedding(
            config.token_rows, config.token_dim, config.conv_layers
        )
        inputs = 2 * config.mels + config.token_dim
        self.emb_concator = InputProjection(inputs, width)
        self.rotary_embed = Rotary(config.head_dim)
        self.transformer_blocks = nn.ModuleList(
            Block(width, config.heads, config.head_dim, config.ff_mult, condition)
            for _ in range(config.depth)
        )
        self.norm_out = Modulation(width, condition, parts=2)
        self.proj_out = nn.Linear(width, config.mels)

    def tokens(self, tokens: Tensor, frames: int) -> Tensor:
        """[B, L] speech token ids -> [B, T, width]: the same at every time of the flow."""
        embedded: Tensor = self.text_emb_layer(tokens, frames)
        return embedded

    def forward(
        self,
        x: Tensor,
        known: Tensor,
        tokens: Tensor,
        time: Tensor,
        speaker: Tensor,
        mask: Tensor | None = None,
        real: Tensor | None = None,
    ) -> Tensor:
        """The velocity [B, T, mel] of `x` [B, T, mel] at `time` [B].

        `known` [B, T, mel] is the mel that is given, `tokens` what `self.tokens` made, `speaker`
        [B, 192] of length 1; `mask` [T, T] is true where a row may look, `real` [B, T] false for
        padding.
        """
        condition = torch.cat((self.time_embed(time), speaker), dim=-1)
        hidden = self.emb_concator(x, known, tokens)
        turn = self.rotary_embed(x.shape[1])
        if real is not None and mask is not None:
            mask = mask & real[:, None, None, :]
        frames = None if real is None else real[..., None]
        for block in self.transformer_blocks:
            hidden = block(hidden, condition, turn, mask, frames)
        scale, shift = self.norm_out(condition)
        velocity: Tensor = self.proj_out(modulated(hidden, shift, scale))
        return velocity
