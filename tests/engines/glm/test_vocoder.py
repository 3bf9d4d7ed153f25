"""The 24 kHz vocoder against the reference, and made in windows against made whole."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor

from antiphon.engines.glm.config import VocoderConfig
from antiphon.engines.glm.vocoder import Vocoder
from tests.engines.glm.golden import FOLDER, golden, part

GOLDEN = golden("hift_tiny")
OUT = part(GOLDEN, "out.")
WEIGHTS = part(GOLDEN, "w.")
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
ROUNDING: dict[str, float] = MANIFEST["files"]["hift_tiny.safetensors"]["f64_diff"]
BOUND = 5e-3
FRAMES, HOP, HARMONICS = 180, 480, 9
# Decided by rounding alone: from a spectrum of full scale to samples that are clipped.
WINDOWED_BOUND = 2e-5

STAGES = {
    "f0_cond": "f0_predictor.condnet",
    "conv_pre": "conv_pre",
    **{f"up{stage}": f"ups.{stage}" for stage in range(3)},
    **{f"source_down{stage}": f"source_downs.{stage}" for stage in range(3)},
    **{f"source_res{stage}": f"source_resblocks.{stage}" for stage in range(3)},
    **{f"res{s}_{k}": f"resblocks.{3 * s + k}" for s in range(3) for k in range(3)},
    "conv_post": "conv_post",
}


def small_vocoder() -> Vocoder:
    """The golden weights, loaded strictly under the official names."""
    shapes = {name: tuple(x.shape) for name, x in WEIGHTS.items()}
    vocoder = Vocoder(VocoderConfig.of(Path("hift.pt"), shapes)).eval().requires_grad_(False)
    vocoder.load_state_dict(WEIGHTS, strict=True)
    return vocoder


@pytest.fixture(scope="module")
def vocoder() -> Vocoder:
    """One for all tests: it keeps nothing."""
    return small_vocoder()


def test_the_sound_is_the_reference_s(vocoder: Vocoder) -> None:
    """To 5e-3, where the reference's own rounding is 9e-4."""
    found = vocoder(GOLDEN["in.mel"], GOLDEN["in.noise_sine"])
    torch.testing.assert_close(found, OUT["wav"], atol=BOUND, rtol=0)


def test_without_excitation_the_sound_is_the_reference_s(vocoder: Vocoder) -> None:
    """Nothing is drawn there, so it agrees to 1e-4."""
    found = vocoder.decode(GOLDEN["in.mel"], torch.zeros(1, 1, 14 * HOP))
    torch.testing.assert_close(found, OUT["decode_zero_source"], atol=1e-4, rtol=0)


def test_every_stage_is_the_reference_s(vocoder: Vocoder) -> None:
    """From the reference's excitation on, each agrees within five times its rounding, or 2e-4."""
    found: dict[str, Tensor] = {}
    hooks = [
        vocoder.get_submodule(path).register_forward_hook(
            lambda _, __, out, name=name: found.update({name: out})
        )
        for name, path in STAGES.items()
    ]
    vocoder.f0_predictor(GOLDEN["in.mel"])
    vocoder.decode(GOLDEN["in.mel"], OUT["source"])
    for hook in hooks:
        hook.remove()
    assert found.keys() == STAGES.keys()
    for name, stage in found.items():
        bound = max(5 * ROUNDING.get(name, 0.0), 2e-4)
        torch.testing.assert_close(
            stage, OUT[name], atol=bound, rtol=1e-4, msg=lambda m, n=name: f"{n}: {m}"
        )


def test_the_spectrum_of_the_excitation_is_the_reference_s(vocoder: Vocoder) -> None:
    """Real parts, then imaginary parts."""
    found = vocoder.excitation_spectrum(OUT["source"])
    torch.testing.assert_close(found, OUT["source_stft"], atol=2e-4, rtol=1e-4)


def test_folded_weights_make_the_same_sound() -> None:
    """And leave no weight in two parts."""
    folded = small_vocoder().fold()
    assert not [name for name in folded.state_dict() if "parametrizations" in name]
    found = folded(GOLDEN["in.mel"], GOLDEN["in.noise_sine"])
    torch.testing.assert_close(found, OUT["wav"], atol=BOUND, rtol=0)


def sound(seed: int) -> tuple[Tensor, Tensor]:
    """A mel and the noise for it."""
    drawn = torch.Generator().manual_seed(seed)
    mel = torch.randn(1, 80, FRAMES, generator=drawn)
    return mel, torch.randn(1, FRAMES * HOP, HARMONICS, generator=drawn)


def in_windows(
    vocoder: Vocoder, mel: Tensor, noise: Tensor, cuts: list[int], ahead: int | None = None
) -> list[Tensor]:
    """The same sound, its frames arriving in parts."""
    made, state = [], vocoder.start()
    edges = [0, *cuts, mel.shape[2]]
    for begin, end in pairwise(edges):
        wave, state = vocoder.advance(
            state,
            mel[:, :, begin:end],
            lambda first, frames: noise[:, first * HOP : (first + frames) * HOP],
            last=end == mel.shape[2],
            ahead=ahead,
        )
        made.append(wave)
    return made


@pytest.mark.parametrize(
    "cuts",
    [[90], [1, 2, 3], [60, 61, 120], [30, 60, 90, 120, 150], [179], list(range(5, FRAMES, 5))],
    ids=str,
)
def test_a_sound_in_windows_is_the_sound_whole(cuts: list[int], vocoder: Vocoder) -> None:
    """As many samples, each within rounding, however the frames arrive."""
    mel, noise = sound(1)
    whole = vocoder(mel, noise)
    joined = torch.cat(in_windows(vocoder, mel, noise, cuts), dim=1)
    torch.testing.assert_close(joined, whole, atol=WINDOWED_BOUND, rtol=0)


def test_windows_join_wherever_they_are_cut(vocoder: Vocoder) -> None:
    """Five ways of cutting, drawn at random."""
    drawn = torch.Generator().manual_seed(11)
    for seed in range(5):
        mel, noise = sound(seed)
        cuts = sorted((torch.randperm(FRAMES - 1, generator=drawn)[: 1 + seed] + 1).tolist())
        joined = torch.cat(in_windows(vocoder, mel, noise, cuts), dim=1)
        torch.testing.assert_close(joined, vocoder(mel, noise), atol=WINDOWED_BOUND, rtol=0)


def test_the_margin_is_needed(vocoder: Vocoder) -> None:
    """With half of it as look-ahead, windows differ from the whole a hundred times as much."""
    mel, noise = sound(1)
    whole = vocoder(mel, noise)
    joined = torch.cat(in_windows(vocoder, mel, noise, [60, 120], ahead=vocoder.margin // 2), dim=1)
    assert (joined - whole).abs().max() > 100 * WINDOWED_BOUND


def test_frames_are_held_back_until_the_last(vocoder: Vocoder) -> None:
    """A window gives what has its margin ahead, and the last gives all."""
    mel, noise = sound(2)
    first, second, last = in_windows(vocoder, mel, noise, [60, 61])
    assert first.shape[1] == (60 - vocoder.margin) * HOP
    assert second.shape[1] == HOP
    assert first.shape[1] + second.shape[1] + last.shape[1] == FRAMES * HOP


def test_what_is_kept_does_not_grow(vocoder: Vocoder) -> None:
    """After any number of windows the state holds two margins of frames."""
    state = vocoder.start()
    for _ in range(5):
        mel, noise = sound(3)
        _, state = vocoder.advance(
            state, mel, lambda _, frames, n=noise: n.repeat(1, 3, 1)[:, : frames * HOP], last=False
        )
        assert state.mel.shape[2] == 2 * vocoder.margin
