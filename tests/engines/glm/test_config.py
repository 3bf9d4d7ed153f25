"""Configurations: read from the files, told by name where they cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from antiphon.engines.glm.config import (
    FlowConfig,
    LanguageConfig,
    Specials,
    SpeechTokenizerConfig,
    VocoderConfig,
)
from antiphon.engines.glm.fields import Fields
from antiphon.errors import BadCheckpoint

HERE = Path("config.json")
LLAMA: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 192,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 420,
}
OFFICIAL = """
flow: !new:flow.flow.Flow
  spkr_emb_adaLN: true
  speech_token_cfg: false
  remove_spkr_concat_condition: true
  mel_dim: 80
  mel_framerate: 50
  input_frame_rate: 25
"""
WHISPER: dict[str, Any] = {
    "d_model": 64,
    "encoder_attention_heads": 4,
    "encoder_ffn_dim": 128,
    "max_source_positions": 100,
    "pooling_kernel_size": 2,
    "pooling_position": 3,
    "quantize_position": 3,
    "quantize_vocab_size": 256,
}


def llama(**changed: Any) -> LanguageConfig:
    """A configuration with some fields changed."""
    return LanguageConfig.of(Fields(HERE, {**LLAMA, **changed}))


def whisper(**changed: Any) -> SpeechTokenizerConfig:
    """Another."""
    return SpeechTokenizerConfig.of(Fields(HERE, {**WHISPER, **changed}), Fields(HERE, {}))


def flow(text: str, folder: Path) -> FlowConfig:
    """What a YAML file says."""
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return FlowConfig.read(path)


def test_a_llama_has_the_defaults_of_its_library() -> None:
    """Fields that may be left out are what transformers takes them for."""
    config = llama()
    assert (config.head_dim, config.rope_theta, config.tied) == (16, 10_000.0, False)
    assert llama(rope_parameters={"rope_theta": 5e5, "rope_type": "default"}).rope_theta == 5e5


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"hidden_size": None}, "has no field 'hidden_size'"),
        ({"hidden_size": "64"}, "a whole number above 0"),
        ({"hidden_size": True}, "a whole number above 0"),
        ({"attention_bias": True}, "not implemented"),
        ({"rope_scaling": {"type": "linear"}}, "not implemented"),
        ({"hidden_act": "gelu"}, "one of silu"),
        ({"num_key_value_heads": 3}, "does not divide"),
        ({"rms_norm_eps": 0}, "a number above 0"),
        ({"tie_word_embeddings": "yes"}, "true or false"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "one of default"),
    ],
)
def test_a_llama_that_cannot_be_run_is_told(changed: dict[str, Any], told: str) -> None:
    """With the file, the field, and what it must be."""
    with pytest.raises(BadCheckpoint, match=told) as caught:
        llama(**changed)
    assert "config.json" in str(caught.value)


def test_the_official_flow_is_understood(tmp_path: Path) -> None:
    """A tag that names a class runs nothing, and the sizes are those of the code."""
    config = flow(OFFICIAL, tmp_path)
    assert (config.dim, config.depth, config.heads, config.token_rows) == (768, 18, 12, 100_001)
    assert (config.token_rate_hz, config.frame_rate_hz, config.guidance) == (25, 50, 0.7)
    assert not config.tokens_are_guided
    big = flow(OFFICIAL + "  big_model: true\n", tmp_path)
    assert (big.dim, big.depth, big.heads) == (1024, 22, 16)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OFFICIAL.replace("adaLN: true", "adaLN: false"), "not implemented"),
        (OFFICIAL + "  use_wavlm_emb: true\n", "not implemented"),
        (OFFICIAL + "  t_scheduler: linear\n", "one of cosine"),
        ("flow: [1, 2]", "does not hold named fields"),
        ("flow: {", "is not YAML"),
        ("!!python/object/apply:os.system ['true']", "is not YAML"),
    ],
)
def test_a_flow_that_cannot_be_run_is_told(text: str, told: str, tmp_path: Path) -> None:
    """And a tag that would run something is refused as no YAML of ours."""
    with pytest.raises(BadCheckpoint, match=told):
        flow(text, tmp_path)


def test_a_speech_tokenizer_says_how_it_hears() -> None:
    """Defaults are those of the reference; blocks and causal flags are kept."""
    config = whisper()
    assert (config.pooling_type, config.block_size, config.causal_attention) == ("max", None, False)
    assert whisper(quantize_causal_encoder=True).causal_attention
    assert whisper(quantize_causal_block_size=200).block_size == 200
    with pytest.raises(BadCheckpoint, match="lies behind"):
        whisper(pooling_position=4)
    with pytest.raises(BadCheckpoint, match="does not divide"):
        whisper(encoder_attention_heads=5)


def test_a_vocoder_is_as_large_as_its_weights() -> None:
    """It has no configuration of its own."""
    shapes = {
        "conv_pre.parametrizations.weight.original1": (512, 80, 7),
        "f0_predictor.condnet.0.parametrizations.weight.original1": (512, 80, 3),
    }
    config = VocoderConfig.of(HERE, shapes)
    assert (config.channels, config.f0_channels, config.mels) == (512, 512, 80)
    with pytest.raises(BadCheckpoint, match="HiFT"):
        VocoderConfig.of(HERE, {})


def test_special_ids_that_do_not_fit_are_told() -> None:
    """A sentence for each."""
    assert not Specials(61498, 94265, 59260, 59253, 59246).misfits(32768, 98304)
    told = Specials(61498, 94264, 59260, 3, 59246).misfits(32768, 90000)
    assert "the ids of the audio tokens are not one run" in told
    assert "<|user|> has an id below that of <|endoftext|>" in told
    assert "<|audio_32767|> has id 94264, and the model has 90000 rows" in told
