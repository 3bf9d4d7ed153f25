"""Runs the reference implementation beside ours, on fresh random weights, and compares.

    python tools/beside_upstream.py PATH [--size small real] [--seed 7001 7002]

PATH is a checkout of github.com/zai-org/GLM-TTS. It is copied, and the copy's `cuda` becomes `cpu`;
nothing else of it is changed. Its libraries must be importable: transformers 4.57.3, peft,
x-transformers 1.42.26, einops, librosa, torchaudio, contractions, inflect, emoji, pronouncing,
jieba, pypinyin, setuptools below 81, beside those of our extra `glm`, `onnx` and `soundfile`.

The language models continue a prompt. A synthetic recording goes through the rest: features,
speech tokens, speaker vector, mel, flow, sound.
Each stage is compared on equal inputs; then the chain once more, each on its own results.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from antiphon.engines.glm.config import FlowConfig, SpeechTokenizerConfig, VocoderConfig
from antiphon.engines.glm.flow import Flow
from antiphon.engines.glm.hearing import Hearing, wave_of
from antiphon.engines.glm.mel import MEL_24K, log_mel
from antiphon.engines.glm.sinc_resampling import resampled
from antiphon.engines.glm.speaker_encoder import SpeakerEncoder
from antiphon.engines.glm.speech_tokenizer import SpeechTokenizer
from antiphon.engines.glm.vocoder import Vocoder
from antiphon.engines.glm.whisper_features import whisper_features

sys.path.insert(0, str(Path(__file__).parent))  # for those who load this file by its path

from beside_language import compare_language
from upstream import (
    RATE,
    on_the_cpu,
    randomise,
    recorded_draws,
    recording,
    write_speaker_graph,
)

NEW_TOKENS = 40
EXACT, FEATURES, FLOW, SOUND = 0.0, 1e-3, 1e-4, 5e-3


@dataclass(frozen=True, slots=True)
class Size:
    """How large each network is; `real` is the official one as far as it is known."""

    hearing: dict[str, int]
    flow: dict[str, int]
    vocoder: tuple[int, int]


SIZES = {
    "small": Size(
        {"d_model": 96, "heads": 6, "ffn": 192, "layers": 3, "codes": 512},
        {"dim": 192, "depth": 3, "heads": 3, "rows": 1001, "token_dim": 96},
        (64, 48),
    ),
    "real": Size(
        {"d_model": 1280, "heads": 20, "ffn": 5120, "layers": 16, "codes": 32_768},
        {"dim": 768, "depth": 18, "heads": 12, "rows": 100_001, "token_dim": 512},
        (512, 512),
    ),
}


@dataclass
class Table:
    """What was compared, and whether all of it held."""

    held: bool = True

    def compare(
        self, name: str, ours: Tensor, theirs: Tensor, bound: float, note: str = ""
    ) -> None:
        """Print the largest difference and whether it is within the bound."""
        same = ours.shape == theirs.shape
        off = (ours.double() - theirs.double()).abs().max().item() if same else math.inf
        good = off <= bound
        self.held &= good
        told = "exact" if off == 0 else f"{off:.2e}"
        allowed = "exact" if bound == 0 else f"{bound:.0e}"
        mark = "ok" if good else "FAILED"
        shape = "x".join(map(str, theirs.shape)) if same else f"{ours.shape} != {theirs.shape}"
        print(
            f"  {name:<30} {shape:<14} {told:>9}  allowed {allowed:<6} {mark:<6} {note}", flush=True
        )


# --- part by part ----------------------------------------------------------------------------


@dataclass
class Pair:
    """A network of theirs and the same of ours, and what was heard of the recording."""

    theirs: Any
    ours: Any


def hearing(size: Size, seed: int, folder: Path) -> tuple[Any, Hearing, SpeechTokenizer]:
    """Their front end, our hearing, with equal weights."""
    from cosyvoice.cli.frontend import SpeechTokenizer as TheirTokenizer
    from cosyvoice.cli.frontend import TTSFrontEnd
    from transformers import WhisperFeatureExtractor
    from utils.hift_util import HiFTInference
    from utils.whisper_models.configuration_whisper import WhisperVQConfig
    from utils.whisper_models.modeling_whisper import WhisperVQEncoder

    of = size.hearing
    encoder = WhisperVQEncoder(
        WhisperVQConfig(
            d_model=of["d_model"],
            encoder_layers=of["layers"],
            encoder_attention_heads=of["heads"],
            encoder_ffn_dim=of["ffn"],
            num_mel_bins=128,
            max_source_positions=1500,
            pooling_kernel_size=2,
            pooling_type="avg",
            pooling_position=of["layers"],
            quantize_position=of["layers"],
            quantize_vocab_size=of["codes"],
            quantize_encoder_only=True,
        )
    ).eval()
    randomise(encoder, seed)
    config = SpeechTokenizerConfig(
        of["d_model"], of["heads"], of["ffn"], 1500, 2, "avg", of["layers"], of["layers"],
        of["codes"], False, False, None, 128, 16_000, 400, 160, 30,
    )  # fmt: skip
    ours = SpeechTokenizer(config).eval()
    ours.load_state_dict(encoder.state_dict())
    graph = write_speaker_graph(folder / "campplus.onnx", seed)
    tokenizer = TheirTokenizer(encoder, WhisperFeatureExtractor(feature_size=128))
    front = TTSFrontEnd(list, tokenizer, HiFTInference.extract_mel, str(graph), device="cpu")
    return front, Hearing(ours, SpeakerEncoder(graph)), ours


def compare_hearing(table: Table, size: Size, seed: int, folder: Path) -> tuple[Any, Any]:
    """Resampling, features, tokens, mel and speaker; gives what each made of the recording."""
    import soundfile
    import torchaudio

    front, ours, tokenizer = hearing(size, seed, folder)
    heard, path = recording(seed), folder / "prompt.wav"
    wave = wave_of(heard)
    soundfile.write(path, wave[0].numpy(), RATE, subtype="PCM_16")
    theirs_16k = torchaudio.transforms.Resample(RATE, 16_000)(wave)
    table.compare("resampled to 16 kHz", resampled(wave, RATE, 16_000), theirs_16k, 1e-5)
    extract = front.speech_tokenizer.feature_extractor
    features = extract(theirs_16k[0].numpy(), sampling_rate=16_000, return_attention_mask=True,
                       return_tensors="pt", padding="longest", pad_to_multiple_of=640)  # fmt: skip
    mine = whisper_features([theirs_16k[0]], 640)
    table.compare("Whisper features", mine.features, features.input_features, FEATURES)
    table.compare("mask", mine.real, features.attention_mask, EXACT)
    tokens = torch.tensor(front.speech_tokenizer.extract_speech_token([str(path)]))
    found = ours.features(heard)
    kinds = len(set(tokens[0].tolist()))
    table.compare("speech tokens", found.speech_tokens[None], tokens, EXACT, f"{kinds} kinds")
    mel = front._extract_speech_feat(str(path))
    table.compare("mel, 24 kHz", found.mel, mel, FEATURES)
    table.compare(
        "mel on equal waves", log_mel(wave, MEL_24K), front.feat_extractor(wave), FEATURES
    )
    speaker = front._extract_spk_embedding(str(path))
    table.compare("speaker vector", found.speaker[None], speaker, FEATURES)
    del tokenizer
    return (tokens, mel, speaker), (found.speech_tokens[None], found.mel, found.speaker[None])


def flows(size: Size, seed: int) -> Pair:
    """Both flows with equal weights; theirs knows the official sizes only by itself."""
    from flow.dit import DiT
    from flow.flow import Flow as TheirFlow

    of = size.flow
    official = {
        "spkr_emb_adaLN": True, "speech_token_cfg": False, "remove_spkr_concat_condition": True,
        "mel_dim": 80, "mel_framerate": 50, "input_frame_rate": 25,
    }  # fmt: skip
    with torch.device("meta"):
        theirs = TheirFlow(**official)
    theirs.estimator = DiT(
        trans_dim=of["dim"], depth=of["depth"], heads=of["heads"], ff_mult=2,
        text_emb_dim=of["token_dim"], conv_layers=4, mel_dim=80, text_vocab_size=of["rows"] - 1,
        condition_dim=80, spkr_emb_adaLN=True, wav_lm_emb=False,
    )  # fmt: skip
    randomise(theirs, seed)
    ours = Flow(FlowConfig(of["dim"], of["depth"], of["heads"], 64, 2, 80, of["rows"],
                           of["token_dim"], 4, 192, False, 25, 50, 0.7))  # fmt: skip
    ours.load_state_dict(theirs.state_dict())
    return Pair(theirs.eval(), ours.eval())


def compare_flow(
    table: Table, size: Size, seed: int, theirs: Any, ours: Any
) -> tuple[Tensor, Tensor]:
    """The ten steps on equal inputs; gives the mels that each makes of its own."""
    pair = flows(size, seed)
    drawn = torch.Generator().manual_seed(seed)
    tokens = torch.randint(0, min(size.flow["rows"], 32_768), (1, NEW_TOKENS), generator=drawn)
    with recorded_draws() as draws:
        torch.manual_seed(seed)
        wanted, states = pair.theirs.inference_with_cache(tokens, *theirs, n_timesteps=10)
    equal = pair.ours.solve(pair.ours.condition(tokens, *theirs), draws[0])
    for step in (2, 10):
        table.compare(f"flow, before step {step}", equal.states[step - 1], states[step]["x"], FLOW)
    level = f"spread {wanted.std():.2f}"
    table.compare("flow, ten steps", equal.mel, wanted, FLOW, level)
    own = pair.ours.solve(pair.ours.condition(tokens, *ours), draws[0]).mel
    table.compare("flow, on our own features", own, wanted, FEATURES)
    return wanted, own


def compare_vocoder(table: Table, size: Size, seed: int, theirs: Tensor, ours: Tensor) -> None:
    """Pitch, excitation and sound on equal inputs, and at the end of the chain."""
    from cosyvoice.hifigan_cosy2.f0_predictor import ConvRNNF0Predictor
    from cosyvoice.hifigan_cosy2.generator import HiFTGenerator

    channels, f0_channels = size.vocoder
    blocks = [[1, 3, 5]] * 3
    vocoder = HiFTGenerator(
        in_channels=80, base_channels=channels, nb_harmonics=8, sampling_rate=24_000,
        nsf_alpha=0.1, nsf_sigma=0.003, nsf_voiced_threshold=10, upsample_rates=[8, 5, 3],
        upsample_kernel_sizes=[16, 11, 7], istft_params={"n_fft": 16, "hop_len": 4},
        resblock_kernel_sizes=[3, 7, 11], resblock_dilation_sizes=blocks,
        source_resblock_kernel_sizes=[7, 7, 11], source_resblock_dilation_sizes=blocks,
        lrelu_slope=0.1, audio_limit=0.99,
        f0_predictor=ConvRNNF0Predictor(1, 80, f0_channels),
    ).eval()  # fmt: skip
    randomise(vocoder, seed, gain=0.7)
    pitch = vocoder.f0_predictor
    # As people's: some 90 Hz, and frames that have no voice.
    pitch.classifier.bias.data.fill_(1e6)  # so far up that nothing is folded at zero
    pitch.classifier.weight.data.mul_(60 / pitch(theirs).std().item())
    pitch.classifier.bias.data.add_(90 - pitch(theirs).mean())
    mine = Vocoder(VocoderConfig(channels, f0_channels)).eval()
    mine.load_state_dict(vocoder.state_dict())
    mine.fold()
    with recorded_draws() as draws:
        torch.manual_seed(seed)
        wave, source = vocoder.inference(theirs)
    noise = draws[0]
    hertz = pitch(theirs)
    voiced = (hertz > 10).float().mean().item()
    told = f"Hz, up to {hertz.max():.0f}, {voiced:.0%} voiced"
    table.compare("pitch", mine.f0_predictor(theirs), hertz, 1e-2, told)
    table.compare("excitation", mine.m_source(hertz, noise).samples, source, FEATURES)
    clipped = (wave.abs() >= 0.99).float().mean().item()
    level = f"rms {wave.square().mean().sqrt():.3f}, {clipped:.1%} clipped"
    table.compare("sound", mine(theirs, noise), wave, SOUND, level)
    table.compare("sound, end of our own chain", mine(ours, noise), wave, 10 * SOUND)


@torch.inference_mode()
def compare(table: Table, name: str, seed: int) -> None:
    """Everything once."""
    size = SIZES[name]
    with tempfile.TemporaryDirectory() as folder:
        compare_language(table, name, seed, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        theirs, ours = compare_hearing(table, size, seed, Path(folder))
    mels = compare_flow(table, size, seed, theirs, ours)
    compare_vocoder(table, size, seed, *mels)


def main() -> int:
    """0 when everything was within its bound."""
    parser = argparse.ArgumentParser(description="Runs the reference beside ours, and compares.")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--size", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--seed", nargs="+", type=int, default=[7001, 7002])
    asked = parser.parse_args()
    table = Table()
    with on_the_cpu(asked.checkout) as changed:
        print(f"{changed} lines of the copy say cpu for cuda; torch {torch.__version__}")
        for size in asked.size:
            for seed in asked.seed:
                began = time.monotonic()
                print(f"{size}, seed {seed}", flush=True)
                compare(table, size, seed)
                print(f"  in {time.monotonic() - began:.0f} s")
    print("everything is within its bound" if table.held else "NOT everything is within its bound")
    return 0 if table.held else 1


if __name__ == "__main__":
    sys.exit(main())
