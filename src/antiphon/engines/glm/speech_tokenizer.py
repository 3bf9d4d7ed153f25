"""The speech tokenizer (WhisperVQ): a recording becomes speech tokens, 25 a second.

Shapes: B segments, T frames (of 10 ms in the features, 20 ms after the convolutions), D channels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from antiphon.engines.glm.config import SpeechTokenizerConfig
from antiphon.engines.glm.speech_tokenizer_layers import (
    EncoderLayer,
    TimeConv,
    attention_mask,
    nearest_rows,
)
from antiphon.engines.glm.whisper_features import whisper_features

CONV_STRIDE = 2


class SpeechTokenizer(nn.Module):
    """The encoder of a checkpoint, up to its codebook.

    Its weights are named as in the official layout, less `model.encoder.`.
    """

    def __init__(self, config: SpeechTokenizerConfig) -> None:
        super().__init__()
        self.config = config
        causal, width = config.causal_convolution, config.d_model
        self.conv1 = TimeConv(config.mels, width, 3, causal=causal)
        self.conv2 = TimeConv(width, width, 3, stride=CONV_STRIDE, causal=causal)
        self.embed_positions = nn.Embedding(config.max_positions, width)
        self.layers = nn.ModuleList(
            EncoderLayer(width, config.heads, config.ffn_dim)
            for _ in range(config.quantize_position)
        )
        self.codebook = nn.Embedding(config.codes, width)
        # The official layout holds them; they would follow the codes, where we stop.
        pooled = config.max_positions // config.pooling_kernel_size
        self.embed_positions2 = nn.Embedding(pooled, width)

    @torch.inference_mode()
    def tokens(self, wave: Tensor) -> list[int]:
        """The speech tokens of a waveform [S] in [-1, 1] at 16 kHz, of any length."""
        config = self.config
        segments = wave.split(config.segment_s * config.sampling_rate)
        shrinking = CONV_STRIDE * config.pooling_kernel_size
        heard = whisper_features(
            segments, shrinking * config.hop, config.mels, config.sampling_rate, config.hop
        )
        found = self(heard.features, heard.real)
        kept: list[int] = found[heard.real[:, ::shrinking]].tolist()
        return kept

    def forward(self, features: Tensor, real: Tensor) -> Tensor:
        """Whisper features [B, mels, T], real frames [B, T] -> codes [B, T / 4] (for pooling 2)."""
        return nearest_rows(self.encode(features, real), self.codebook.weight)

    def encode(self, features: Tensor, real: Tensor) -> Tensor:
        """Features as in `forward` -> what is compared with the codebook, [B, T / 4, D]."""
        dtype = self.conv1.weight.dtype
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(features.to(dtype)))))
        x = x.transpose(1, 2)
        x = x + self.embed_positions.weight[: x.shape[1]]
        real, block = real[:, ::CONV_STRIDE], self.config.block_size
        for index, layer in enumerate(self.layers, start=1):
            x = layer(x, attention_mask(real, block, causal=self.config.causal_attention))
            if index == self.config.pooling_position:
                pool = self.config.pooling_kernel_size
                x, real = self._pooled(x), real[:, ::pool]
                block = None if block is None else block // pool
        return x

    def _pooled(self, x: Tensor) -> Tensor:
        """[B, T, D] -> [B, ceil(T / kernel), D]."""
        kernel = self.config.pooling_kernel_size
        padded = functional.pad(x.transpose(1, 2), (0, -x.shape[1] % kernel))
        pool = functional.avg_pool1d if self.config.pooling_type == "avg" else functional.max_pool1d
        return pool(padded, kernel).transpose(1, 2)
