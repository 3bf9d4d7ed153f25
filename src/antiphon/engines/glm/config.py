"""The sizes and switches of each model, read from the checkpoint's own files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from antiphon.engines.glm.fields import Fields, read_json, read_yaml
from antiphon.errors import BadCheckpoint

TOKEN_RATE_HZ = 25  # speech tokens in a second; the flow's own configuration repeats it
SPEAKER_DIM = 192  # what the speaker encoder gives

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """The Llama that turns text ids into speech ids: `llm/config.json`."""

    hidden_size: int
    intermediate_size: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab_size: int
    rms_norm_eps: float
    rope_theta: float
    max_positions: int
    tied: bool

    @classmethod
    def read(cls, path: Path) -> LanguageConfig:
        """Raises `BadCheckpoint` for a field that is missing, or that we cannot run."""
        values = read_json(path)
        return cls.of(Fields.of(path, values))

    @classmethod
    def of(cls, fields: Fields) -> LanguageConfig:
        """The fields of transformers' LlamaConfig, old spelling or new."""
        fields.must_be_off("attention_bias", "mlp_bias", "rope_scaling", "quantization_config")
        fields.choice("hidden_act", ("silu",), "silu")
        hidden, heads = fields.whole("hidden_size"), fields.whole("num_attention_heads")
        config = cls(
            hidden_size=hidden,
            intermediate_size=fields.whole("intermediate_size"),
            layers=fields.whole("num_hidden_layers"),
            heads=heads,
            kv_heads=fields.whole("num_key_value_heads", heads),
            head_dim=fields.whole("head_dim", max(hidden // heads, 1)),
            vocab_size=fields.whole("vocab_size"),
            rms_norm_eps=fields.number("rms_norm_eps", 1e-6),
            rope_theta=_rope_theta(fields),
            max_positions=fields.whole("max_position_embeddings", 2048),
            tied=fields.flag("tie_word_embeddings", False),
        )
        if config.heads % config.kv_heads:
            raise BadCheckpoint(fields.path, "num_key_value_heads does not divide the heads")
        return config


def _rope_theta(fields: Fields) -> float:
    """Newer files keep it in `rope_parameters`, whose kind must be the plain one."""
    newer = fields.values.get("rope_parameters")
    if newer is None:
        return fields.number("rope_theta", 10_000.0)
    inner = Fields.of(fields.path, newer)
    inner.choice("rope_type", ("default",), "default")
    return inner.number("rope_theta", 10_000.0)


@dataclass(frozen=True, slots=True)
class SpeechTokenizerConfig:
    """The encoder that hears speech tokens: `speech_tokenizer/{config,preprocessor_config}.json`.

    Positions are layer counts: pooling happens after layer `pooling_position`, quantisation after
    layer `quantize_position`, and later layers are not needed. `block_size` is
    `quantize_causal_block_size` in 20 ms frames: a frame sees its own block, and what came before.
    """

    d_model: int
    heads: int
    ffn_dim: int
    max_positions: int
    pooling_kernel_size: int
    pooling_type: str
    pooling_position: int
    quantize_position: int
    codes: int
    causal_convolution: bool
    causal_attention: bool
    block_size: int | None
    mels: int
    sampling_rate: int
    n_fft: int
    hop: int
    segment_s: int

    @classmethod
    def read(cls, config: Path, preprocessor: Path) -> SpeechTokenizerConfig:
        """Raises `BadCheckpoint` for a field that is missing, or that we cannot run."""
        model, sound = (Fields.of(path, read_json(path)) for path in (config, preprocessor))
        return cls.of(model, sound)

    @classmethod
    def of(cls, model: Fields, sound: Fields) -> SpeechTokenizerConfig:
        """The fields of upstream's WhisperVQConfig and of WhisperFeatureExtractor."""
        block = model.values.get("quantize_causal_block_size")
        causal = model.flag("encoder_causal_attention", False)
        config = cls(
            d_model=model.whole("d_model"),
            heads=model.whole("encoder_attention_heads"),
            ffn_dim=model.whole("encoder_ffn_dim"),
            max_positions=model.whole("max_source_positions"),
            pooling_kernel_size=model.whole("pooling_kernel_size"),
            pooling_type=model.choice("pooling_type", ("max", "avg"), "max"),
            pooling_position=model.whole("pooling_position"),
            quantize_position=model.whole("quantize_position", 16),
            codes=model.whole("quantize_vocab_size"),
            causal_convolution=model.flag("encoder_causal_convolution", False),
            causal_attention=causal or model.flag("quantize_causal_encoder", False),
            block_size=None if block is None else model.whole("quantize_causal_block_size"),
            mels=sound.whole("feature_size", 128),
            sampling_rate=sound.whole("sampling_rate", 16_000),
            n_fft=sound.whole("n_fft", 400),
            hop=sound.whole("hop_length", 160),
            segment_s=sound.whole("chunk_length", 30),
        )
        if config.pooling_position > config.quantize_position:
            raise BadCheckpoint(model.path, "pooling_position lies behind quantize_position")
        if config.d_model % config.heads:
            raise BadCheckpoint(model.path, "encoder_attention_heads does not divide d_model")
        return config


@dataclass(frozen=True, slots=True)
class FlowConfig:
    """The diffusion transformer that makes the mel: `flow/config.yaml`.

    The sizes have no field in the official file, where they follow from `big_model`; a checkpoint
    of another size names them beside it: `trans_dim`, `depth`, `heads`, `dim_head`, `ff_mult`,
    `conv_layers`.
    """

    dim: int
    depth: int
    heads: int
    head_dim: int
    ff_mult: int
    mels: int
    token_rows: int
    token_dim: int
    conv_layers: int
    speaker_dim: int
    tokens_are_guided: bool
    token_rate_hz: float
    frame_rate_hz: float
    guidance: float

    @classmethod
    def read(cls, path: Path) -> FlowConfig:
        """Raises `BadCheckpoint` for a switch that we cannot run."""
        outer = Fields.of(path, read_yaml(path))
        return cls.of(Fields.of(path, outer.values.get("flow")))

    @classmethod
    def of(cls, fields: Fields) -> FlowConfig:
        """The arguments of upstream's Flow, with the defaults of its code."""
        fields.must_be_off("use_wavlm_emb", "use_mdt")
        fields.choice("t_scheduler", ("cosine",), "cosine")
        for needed in ("spkr_emb_adaLN", "remove_spkr_concat_condition"):
            if not fields.flag(needed, False):
                raise BadCheckpoint(fields.path, f"must have {needed}: true; else not implemented")
        big = fields.flag("big_model", False)
        return cls(
            dim=fields.whole("trans_dim", 1024 if big else 768),
            depth=fields.whole("depth", 22 if big else 18),
            heads=fields.whole("heads", 16 if big else 12),
            head_dim=fields.whole("dim_head", 64),
            ff_mult=fields.whole("ff_mult", 2),
            mels=fields.whole("mel_dim", 80),
            token_rows=fields.whole("vocab_size", 100_000) + 1,
            token_dim=fields.whole("speech_token_dim", 512),
            conv_layers=fields.whole("conv_layers", 4),
            speaker_dim=SPEAKER_DIM,
            tokens_are_guided=fields.flag("speech_token_cfg", True),
            token_rate_hz=fields.number("input_frame_rate", 12.5),
            frame_rate_hz=fields.number("mel_framerate", 86),
            guidance=fields.number("inference_cfg_rate", 0.7),
        )


@dataclass(frozen=True, slots=True)
class VocoderConfig:
    """The 24 kHz vocoder: `hift/hift.pt` has no configuration, so its weights tell its size.

    What weights cannot tell is the same in every CosyVoice 2 layout, and stands as the defaults.
    """

    channels: int
    f0_channels: int
    mels: int = 80
    rate: int = 24_000
    harmonics: int = 8
    sine_level: float = 0.1
    noise_level: float = 0.003
    voiced_above_hz: float = 10.0
    upsample_rates: tuple[int, ...] = (8, 5, 3)
    upsample_kernels: tuple[int, ...] = (16, 11, 7)
    n_fft: int = 16
    hop: int = 4
    resblock_kernels: tuple[int, ...] = (3, 7, 11)
    source_kernels: tuple[int, ...] = (7, 7, 11)
    dilations: tuple[int, ...] = (1, 3, 5)
    slope: float = 0.1
    limit: float = 0.99

    @classmethod
    def of(cls, path: Path, shapes: Shapes) -> VocoderConfig:
        """The size that the weights have; raises `BadCheckpoint` where two of them are missing."""
        try:
            channels, mels = shapes["conv_pre.parametrizations.weight.original1"][:2]
            f0_channels = shapes["f0_predictor.condnet.0.parametrizations.weight.original1"][0]
        except (KeyError, ValueError, IndexError) as error:
            raise BadCheckpoint(path, "does not hold the weights of a HiFT vocoder") from error
        return cls(channels=channels, f0_channels=f0_channels, mels=mels)


@dataclass(frozen=True, slots=True)
class Specials:
    """The ids that have a meaning of their own, looked up by name in the tokenizer.

    `first_audio` to `last_audio` are the speech tokens; `begin` comes before them, `end` after
    them; `pad` is the first of all special ids.
    """

    first_audio: int
    last_audio: int
    begin: int
    end: int
    pad: int

    @staticmethod
    def names(codes: int) -> dict[str, str]:
        """What each is called, for a speech tokenizer of that many codes."""
        return {
            "first_audio": "<|audio_0|>",
            "last_audio": f"<|audio_{codes - 1}|>",
            "begin": "<|begin_of_audio|>",
            "end": "<|user|>",
            "pad": "<|endoftext|>",
        }

    def misfits(self, codes: int, vocab_size: int) -> list[str]:
        """What does not fit together, a sentence each."""
        told: list[str] = []
        if self.last_audio - self.first_audio != codes - 1:
            told.append("the ids of the audio tokens are not one run")
        named: dict[str, Any] = {name: getattr(self, name) for name in self.names(codes)}
        for name, token in self.names(codes).items():
            if named[name] < self.pad:
                told.append(f"{token} has an id below that of <|endoftext|>")
            if named[name] >= vocab_size:
                told.append(f"{token} has id {named[name]}, and the model has {vocab_size} rows")
        return told
