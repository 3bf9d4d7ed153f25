"""The speech tokenizer against the reference, in every variant of its configuration."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from antiphon.engines.glm.config import SpeechTokenizerConfig
from antiphon.engines.glm.speech_tokenizer import SpeechTokenizer
from tests.engines.glm.golden import golden, part

WEIGHTS, GOLDEN = golden("whispervq_tiny_weights"), golden("whispervq_tiny_io")
CONFIG = SpeechTokenizerConfig(
    d_model=64,
    heads=4,
    ffn_dim=128,
    max_positions=100,
    pooling_kernel_size=2,
    pooling_type="max",
    pooling_position=3,
    quantize_position=3,
    codes=256,
    causal_convolution=False,
    causal_attention=False,
    block_size=None,
    mels=128,
    sampling_rate=16_000,
    n_fft=400,
    hop=160,
    segment_s=30,
)
VARIANTS = {
    "padmask_max": CONFIG,
    "padmask_avg": replace(CONFIG, pooling_type="avg"),
    "block16": replace(CONFIG, block_size=16),
    "causal_attn": replace(CONFIG, causal_attention=True),
    "causal_conv_block16": replace(CONFIG, causal_convolution=True, block_size=16),
    "pool4_block20": replace(CONFIG, pooling_kernel_size=4, block_size=20),
}


def small_tokenizer(config: SpeechTokenizerConfig) -> SpeechTokenizer:
    """The golden weights, loaded strictly under the official names."""
    tokenizer = SpeechTokenizer(config).eval().requires_grad_(False)
    places = WEIGHTS["embed_positions2.weight"][: tokenizer.embed_positions2.num_embeddings]
    tokenizer.load_state_dict({**WEIGHTS, "embed_positions2.weight": places}, strict=True)
    return tokenizer


@pytest.mark.parametrize("variant", VARIANTS)
def test_codes_are_the_reference_s(variant: str) -> None:
    """Layers and pooled frames agree to 1e-4 where they are real, and codes exactly."""
    wanted = part(GOLDEN, f"out.{variant}.")
    tokenizer = small_tokenizer(VARIANTS[variant])
    layers: list[Tensor] = []
    for layer in tokenizer.layers:
        layer.register_forward_hook(lambda _, __, out: layers.append(out))
    frames = GOLDEN["in.attention_mask"].bool()
    encoded = tokenizer.encode(GOLDEN["in.input_features"], frames)
    for index, found in enumerate(layers):
        kept = frames[:, ::2]
        torch.testing.assert_close(found[kept], wanted[f"layer{index}"][kept], atol=1e-4, rtol=0)
    real = wanted["token_mask"].bool()
    torch.testing.assert_close(encoded[real], wanted["pre_quant"][real], atol=1e-4, rtol=0)
    codes = tokenizer(GOLDEN["in.input_features"], frames)
    assert torch.equal(codes[real], wanted["token_ids"][real].long())


def test_real_codes_are_those_of_the_reference_s_mask() -> None:
    """From waveforms to ids: as many for each clip as the reference keeps."""
    heard = golden("whisper_features")
    tokenizer = small_tokenizer(CONFIG)
    for clip in (0, 1):
        real = GOLDEN["out.padmask_max.token_mask"][clip].sum()
        assert len(tokenizer.tokens(heard[f"wav{clip}"])) == real


@pytest.mark.parametrize(("seconds", "codes"), [(0.04, 1), (0.05, 2), (1.0, 25), (1.001, 26)])
def test_there_are_25_codes_a_second(seconds: float, codes: int) -> None:
    """Rounded up, since a last part of a frame is heard too."""
    wave = torch.zeros(round(seconds * 16_000))
    assert len(small_tokenizer(CONFIG).tokens(wave)) == codes


def test_a_long_recording_is_heard_in_segments() -> None:
    """Two segments of a second give the codes of both, one after the other."""
    tokenizer = small_tokenizer(replace(CONFIG, segment_s=1))
    wave = torch.randn(32_000, generator=torch.Generator().manual_seed(5)) / 10
    both = tokenizer.tokens(wave)
    assert both == tokenizer.tokens(wave[:16_000]) + tokenizer.tokens(wave[16_000:])
