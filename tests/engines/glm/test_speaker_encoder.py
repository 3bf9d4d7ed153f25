"""The speaker encoder's graph, and what goes into it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from antiphon.engines.glm.fbank import centred_fbank
from antiphon.engines.glm.speaker_encoder import SpeakerEncoder
from antiphon.errors import BadCheckpoint
from tests.engines.glm.golden import golden
from tests.engines.glm.graphs import write_speaker_graph


def test_the_graph_is_given_centred_energies(tmp_path: Path) -> None:
    """The vector is what the graph's own arithmetic makes of the reference's energies."""
    encoder = SpeakerEncoder(write_speaker_graph(tmp_path / "campplus.onnx", seed=3))
    heard = golden("campplus_fbank")
    weights = np.random.default_rng(3).normal(size=(80, 192)).astype(np.float32)
    wanted = heard["fbank_meannorm"].amax(0) @ torch.from_numpy(weights)
    torch.testing.assert_close(encoder.vector(heard["wav"]), wanted, atol=1e-2, rtol=0)


def test_louder_is_the_same_person(tmp_path: Path) -> None:
    """Half the level gives the vector again, since energies are centred."""
    encoder = SpeakerEncoder(write_speaker_graph(tmp_path / "campplus.onnx"))
    wave = torch.randn(16_000, generator=torch.Generator().manual_seed(9)) / 4
    assert centred_fbank(wave).abs().max() > 1
    torch.testing.assert_close(encoder.vector(wave / 2), encoder.vector(wave), atol=1e-2, rtol=0)


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A file that is no graph, and a graph of another width."""
    broken = tmp_path / "campplus.onnx"
    broken.write_bytes(b"not a graph")
    with pytest.raises(BadCheckpoint, match="onnxruntime"):
        SpeakerEncoder(broken)
    narrow = SpeakerEncoder(write_speaker_graph(tmp_path / "narrow.onnx", width=100))
    with pytest.raises(BadCheckpoint, match="100 numbers instead of 192"):
        narrow.vector(torch.zeros(16_000))
