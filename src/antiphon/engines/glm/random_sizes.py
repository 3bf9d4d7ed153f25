"""The three sizes of random checkpoints: tiny for tests, half for patience, real as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Size:
    """How large each part is, in the fields of the official files.

    `ranks` and `audio_at` are those of `write_tokenizer`. `hift` is the channels of the vocoder and
    of its pitch predictor.
    """

    name: str
    language: dict[str, Any]
    hearing: dict[str, Any]
    flow: dict[str, Any]
    hift: tuple[int, int]
    codes: int = 32_768
    ranks: int = 0
    audio_at: int = 0
    shard_bytes: int = 1 << 30


def _language(hidden: int, inner: int, layers: int, heads: int, kv_heads: int) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "hidden_size": hidden,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-05,
        "rope_theta": 10_000.0,
        "tie_word_embeddings": False,
        "attention_bias": False,
        "bos_token_id": None,
        "eos_token_id": None,
    }


def _hearing(width: int, heads: int, inner: int, layers: int) -> dict[str, Any]:
    return {
        "model_type": "whisper",
        "d_model": width,
        "encoder_attention_heads": heads,
        "encoder_ffn_dim": inner,
        "encoder_layers": layers,
        "max_source_positions": 1500,
        "num_mel_bins": 128,
        "pooling_kernel_size": 2,
        "pooling_type": "avg",
        "pooling_position": layers,
        "quantize_position": layers,
        "quantize_encoder_only": True,
    }


# As the published configuration has it.
_FLOW: dict[str, Any] = {
    "spkr_emb_adaLN": True,
    "speech_token_cfg": False,
    "remove_spkr_concat_condition": True,
    "mel_dim": 80,
    "mel_framerate": 50,
    "input_frame_rate": 25,
}

TINY = Size(
    "tiny",
    _language(32, 64, 2, 4, 2),
    _hearing(32, 2, 64, 2),
    {
        **_FLOW,
        "vocab_size": 256,
        "speech_token_dim": 32,
        "conv_layers": 2,
        "trans_dim": 128,
        "depth": 1,
        "heads": 2,
    },
    hift=(32, 32),
    codes=256,
)
HALF = Size(
    "half",
    _language(1024, 3072, 14, 8, 2),
    _hearing(640, 10, 2560, 8),
    {**_FLOW, "trans_dim": 384, "depth": 9, "heads": 6, "speech_token_dim": 256},
    hift=(256, 256),
    ranks=59_246,
    audio_at=2252,
)
REAL = Size(
    "real",
    {**_language(2048, 6144, 28, 16, 4), "vocab_size": 98_304},
    _hearing(1280, 20, 5120, 16),
    _FLOW,
    hift=(512, 512),
    ranks=59_246,
    audio_at=2252,
)
SIZES = {size.name: size for size in (TINY, HALF, REAL)}
