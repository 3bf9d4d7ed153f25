"""The language model: a Llama whose parameters bear the names of the official checkpoint.

All state of a decode is in a `Cache` that is handed in: keys, values, and how many positions they
hold. Its shape never changes, so that a step can be captured and replayed.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from antiphon.engines.glm.config import LanguageConfig


@dataclass(slots=True)
class Cache:
    """Keys and values of one sequence, `[layer, head, position, channel]`, and its length so far.

    `cosines` and `sines` are the rotation of every position that fits.
    """

    keys: Tensor
    values: Tensor
    cosines: Tensor
    sines: Tensor
    length: int = 0

    @property
    def capacity(self) -> int:
        """How many positions fit."""
        return self.keys.shape[2]


def open_cache(
    config: LanguageConfig, capacity: int, device: torch.device, dtype: torch.dtype
) -> Cache:
    """An empty cache for one sequence of at most `capacity` positions."""
    size = (config.layers, config.kv_heads, capacity, config.head_dim)
    keys = torch.zeros(size, device=device, dtype=dtype)
    # Angles are made in float32 on the CPU whatever the device, so that every device turns alike.
    even = torch.arange(0, config.head_dim, 2, dtype=torch.int64).float()
    speeds = 1.0 / (config.rope_theta ** (even / config.head_dim))
    angles = torch.outer(torch.arange(capacity).float(), speeds).repeat(1, 2)
    cosines, sines = (turn.to(device=device, dtype=dtype) for turn in (angles.cos(), angles.sin()))
    return Cache(keys, torch.zeros_like(keys), cosines, sines)


class RootMeanSquareNorm(nn.Module):
    """Scales each position to unit root mean square, counted in float32."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        scaled = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * scaled.to(x.dtype)


class Attention(nn.Module):
    """Attention to every position up to one's own, with fewer keys than queries."""

    def __init__(self, config: LanguageConfig, index: int) -> None:
        super().__init__()
        self.index, self.head_dim = index, config.head_dim
        queries = config.heads * config.head_dim
        keys = config.kv_heads * config.head_dim
        self.q_proj = nn.Linear(config.hidden_size, queries, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, keys, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, keys, bias=False)
        self.o_proj = nn.Linear(queries, config.hidden_size, bias=False)

    def forward(self, x: Tensor, cache: Cache) -> Tensor:
        """`x` is `[positions, width]`; its keys and values are written behind those before."""
        first, last = cache.length, cache.length + x.shape[0]
        turn = cache.cosines[first:last], cache.sines[first:last]
        cache.keys[self.index, :, first:last] = rotated(self._heads(self.k_proj(x)), *turn)
        cache.values[self.index, :, first:last] = self._heads(self.v_proj(x))
        attended = functional.scaled_dot_product_attention(
            rotated(self._heads(self.q_proj(x)), *turn)[None],
            cache.keys[None, self.index, :, :last],
            cache.values[None, self.index, :, :last],
            is_causal=first == 0 and last > 1,  # a prefix at once, or one position that sees all
            enable_gqa=True,
        )
        joined: Tensor = self.o_proj(attended[0].transpose(0, 1).flatten(1))
        return joined

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(1, (-1, self.head_dim)).transpose(0, 1)


def rotated(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Turn the first half of the channels against the second, by an angle for each position."""
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat((-second, first), -1) * sines


class Gated(nn.Module):
    """The feed-forward part, gated by SiLU."""

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        passed: Tensor = self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return passed


class Layer(nn.Module):
    """Attention, then feed-forward, each added to what came in."""

    def __init__(self, config: LanguageConfig, index: int) -> None:
        super().__init__()
        self.self_attn = Attention(config, index)
        self.mlp = Gated(config)
        self.input_layernorm = RootMeanSquareNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = RootMeanSquareNorm(config.hidden_size, config.rms_norm_eps)

    def forward(self, x: Tensor, cache: Cache) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cache)
        passed: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return passed


class Decoder(nn.Module):
    """Embeddings, layers, and the last norm."""

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config, i) for i in range(config.layers))
        self.norm = RootMeanSquareNorm(config.hidden_size, config.rms_norm_eps)


class LanguageModel(nn.Module):
    """Ids in, one hidden state a position out; `logits` reads a hidden state as the next id."""

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Decoder(config)
        self.lm_head: nn.Linear | None = None
        if not config.tied:
            self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)

    @property
    def head(self) -> Tensor:
        """One row for each id, `[vocabulary, width]`; tied models read with their embeddings."""
        tied = self.model.embed_tokens.weight
        return tied if self.lm_head is None else self.lm_head.weight

    def forward(self, ids: Tensor, cache: Cache) -> Tensor:
        """Take ids that come after what the cache holds: a whole prefix at first, then one each.

        Returns `[positions, width]`, and leaves the cache longer by as many.
        """
        x = self.model.embed_tokens(ids)
        for layer in self.model.layers:
            x = layer(x, cache)
        cache.length += ids.shape[0]
        normed: Tensor = self.model.norm(x)
        return normed

    def logits(self, hidden: Tensor, rows: Tensor | None = None) -> Tensor:
        """How likely each id comes next; `rows` (a part of `head`) asks for some ids only."""
        return functional.linear(hidden, self.head if rows is None else rows)
