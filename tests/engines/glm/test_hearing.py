"""A recording as the models need it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from antiphon.engines.glm.hearing import Hearing, wave_of
from antiphon.engines.glm.mel import MEL_24K, MEL_32K, MelSettings, log_mel
from antiphon.engines.glm.sinc_resampling import resampled
from antiphon.engines.glm.speaker_encoder import SpeakerEncoder
from antiphon.refusals import ReferenceTooShort
from antiphon.speech import Recording
from tests.engines.glm.graphs import write_speaker_graph
from tests.engines.glm.test_speech_tokenizer import CONFIG, small_tokenizer


def recording(seconds: float = 1.3, rate: int = 44_100) -> Recording:
    """A chirp with some noise."""
    drawn = torch.Generator().manual_seed(8)
    times = torch.arange(round(seconds * rate)) / rate
    wave = 0.3 * torch.sin(2 * math.pi * (200 + 300 * times) * times)
    noisy = wave + 0.02 * torch.randn(len(wave), generator=drawn)
    pcm = (noisy * 32_767).round().to(torch.int16).numpy().tobytes()
    return Recording(pcm, rate)


@pytest.fixture
def speakers(tmp_path: Path) -> SpeakerEncoder:
    """Stands for CAM++."""
    return SpeakerEncoder(write_speaker_graph(tmp_path / "campplus.onnx"))


@pytest.mark.parametrize("settings", [MEL_24K, MEL_32K], ids=["24k", "32k"])
def test_a_recording_is_heard_at_the_rate_of_each_model(
    settings: MelSettings, speakers: SpeakerEncoder
) -> None:
    """Tokens and speaker at 16 kHz, mel at the vocoder's rate, each from the recording itself."""
    tokenizer, given = small_tokenizer(CONFIG), recording()
    features = Hearing(tokenizer, speakers, settings).features(given)
    wave = wave_of(given)
    heard = resampled(wave, 44_100, 16_000)[0]
    assert features.speech_tokens.tolist() == tokenizer.tokens(heard)
    assert torch.equal(features.speaker, speakers.vector(heard))
    mel = log_mel(resampled(wave, 44_100, settings.rate), settings)
    assert torch.equal(features.mel, mel.transpose(1, 2))
    assert features.mel_rate == settings.rate


def test_tokens_round_up_and_frames_round_down(speakers: SpeakerEncoder) -> None:
    """1.3 s and a little: 33 tokens of 40 ms hold it, 65 frames of 20 ms fit into it."""
    given = recording(1.305)
    features = Hearing(small_tokenizer(CONFIG), speakers).features(given)
    assert features.speech_tokens.shape == (33,)
    assert features.mel.shape == (1, 65, 80)


def test_a_moment_is_too_short(speakers: SpeakerEncoder) -> None:
    """Less than half a second says nothing of a voice."""
    hearing = Hearing(small_tokenizer(CONFIG), speakers)
    with pytest.raises(ReferenceTooShort):
        hearing.features(recording(0.4))
    with pytest.raises(ReferenceTooShort):
        hearing.features(replace(recording(), pcm=b""))


def test_a_wave_is_its_pcm_over_full_scale() -> None:
    """The lowest sample is exactly -1."""
    pcm = torch.tensor([0, 16_384, -32_768], dtype=torch.int16).numpy().tobytes()
    assert wave_of(Recording(pcm, 16_000)).tolist() == [[0.0, 0.5, -1.0]]
