"""What stands beside random weights: a speaker encoder, a voice, and words that say what it is."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np

from antiphon.engines.glm.checkpoint import RANDOM
from antiphon.engines.glm.config import SPEAKER_DIM
from antiphon.errors import PackageMissing

RATE_HZ = 24_000
# Five syllables, as the frequencies of their first two formants in Hz.
VOWELS = ((730, 1090), (270, 2290), (300, 870), (530, 1840), (570, 840))
WORDS = "啊，衣，乌，欸，哦。"
README = """# Random weights

Made by `antiphon model make-random --size {size} --seed {seed}`. The layout is that of the official
GLM-TTS checkpoint; every weight is a random number. What it speaks is noise of the right length.
It is for tests, load tests and benchmarks, and says nothing about how GLM-TTS sounds.

The recording in `voices` is made of tones, and is nobody's voice.
"""


def write_notes(folder: Path, size: str, seed: int) -> None:
    """Say what it is, to people and to programs."""
    (folder / "README.md").write_text(README.format(size=size, seed=seed), encoding="utf-8")
    told = {"weights": "random", "size": size, "seed": seed}
    (folder / RANDOM).write_text(json.dumps(told) + "\n", encoding="utf-8")


def write_voice(folder: Path) -> None:
    """A recording of five hummed vowels and their transcript, so that there is a voice at once."""
    folder.mkdir()
    sound = np.concatenate([_syllable(*vowel) for vowel in VOWELS])
    with wave.open(str(folder / "random.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((sound * 12_000).astype("<i2").tobytes())
    (folder / "random.txt").write_text(WORDS + "\n", encoding="utf-8")


def _syllable(first_hz: int, second_hz: int, length_s: float = 0.6) -> np.ndarray:
    """Harmonics of a falling tone, louder near two formants."""
    time = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(150 - 40 * time / length_s) / RATE_HZ
    sound = np.zeros_like(time)
    for harmonic in range(1, 25):
        hz = 130 * harmonic
        near = np.exp(-(((hz - first_hz) / 120) ** 2)) + np.exp(-(((hz - second_hz) / 160) ** 2))
        sound += (near + 0.02) / harmonic**0.3 * np.sin(harmonic * phase)
    shape = np.clip(np.minimum(time, length_s - time) / 0.08, 0, 1)
    return np.asarray(sound / np.abs(sound).max() * shape)


def write_speaker_encoder(path: Path, seed: int) -> None:
    """An ONNX graph with the input and output of CAM++: [1, frames, 80] becomes [1, 192]."""
    try:
        from onnx import TensorProto, checker, helper, numpy_helper, save
    except ImportError as error:
        raise PackageMissing("onnx", "glm") from error
    draws = np.random.default_rng(seed)
    inside = (draws.standard_normal((80, 64)) / 80**0.5).astype(np.float32)
    outside = (draws.standard_normal((64, SPEAKER_DIM)) / 8).astype(np.float32)
    nodes = [
        helper.make_node("MatMul", ["input", "inside"], ["mixed"]),
        helper.make_node("Tanh", ["mixed"], ["bent"]),
        helper.make_node("ReduceMean", ["bent"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["mean", "outside"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "random",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, "frames", 80])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, SPEAKER_DIM])],
        [numpy_helper.from_array(inside, "inside"), numpy_helper.from_array(outside, "outside")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8  # as old as every supported onnxruntime
    checker.check_model(model)
    path.parent.mkdir(parents=True)
    save(model, path)
