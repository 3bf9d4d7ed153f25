"""What a model said is listened to: level, length, repetition, words."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from antiphon.cli.checks import State
from antiphon.cli.soundness import listened
from antiphon.cli.trial import SENTENCE, Heard

RATE = 16_000


def heard(sound: Any, reason: str = "complete") -> Heard:
    """A run that gave these samples, in ±1."""
    pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    return Heard(0.1, 0.2, len(pcm) / 2 / RATE, "", pcm, RATE, reason)


def found(run: Heard, folder: Path) -> dict[str, tuple[State, str]]:
    """What is told of it."""
    return {one.what: (one.state, one.told) for one in listened(run, folder)}


def speech(seconds: float) -> Any:
    """Something that changes all the time, as loud as a person."""
    draws = np.random.default_rng(1)
    shape = np.repeat(draws.uniform(0.2, 1, int(seconds * 20) + 1), RATE // 20)
    colour = np.cumsum(draws.standard_normal(len(shape))) % 1.0 - 0.5
    return (0.15 * shape * (colour + draws.standard_normal(len(shape))))[: int(seconds * RATE)]


def test_natural_speech_passes(tmp_path: Path) -> None:
    """A sentence of three seconds, at a level to listen to."""
    told = found(heard(speech(3)), tmp_path)
    assert {what: state for what, (state, _) in told.items()} == {
        **dict.fromkeys(("level", "length", "repetition"), State.OK),
        "words": State.OK,
    }


@pytest.mark.parametrize(
    ("what", "run", "words"),
    [
        ("level", heard(speech(3) * 0.001), "dB of full scale"),
        ("level", heard(np.sign(speech(3))), "clipped"),
        ("length", heard(speech(0.5)), "is natural"),
        ("length", heard(speech(30)), "is natural"),
        ("length", heard(speech(3), "length"), "did not end by itself"),
        ("repetition", heard(np.tile(speech(0.5), 8)), "the same 0.5 s"),
    ],
)
def test_what_is_wrong_fails(what: str, run: Heard, words: str, tmp_path: Path) -> None:
    """Too soft, too loud, too short, too long, endless, or the same over and over."""
    state, told = found(run, tmp_path)[what]
    assert state is State.FAIL
    assert words in told


def test_random_weights_only_warn(tmp_path: Path) -> None:
    """Noise is what is expected of them."""
    (tmp_path / "random.json").write_text(json.dumps({"weights": "random"}))
    assert found(heard(speech(0.5)), tmp_path)["length"][0] is State.WARN


@pytest.mark.parametrize(
    ("said", "state"), [(SENTENCE.upper(), State.OK), ("a brown fax", State.FAIL)]
)
def test_words_are_compared(
    said: str, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what was to be said, by a recogniser that is installed; it downloads nothing."""

    class Model:
        def __init__(self, size: str, device: str, local_files_only: bool) -> None:
            assert local_files_only

        def transcribe(self, sound: Any, language: str) -> tuple[list[Any], None]:
            assert len(sound) == 3 * 16_000
            return [SimpleNamespace(text=said)], None

    library = ModuleType("faster_whisper")
    library.__spec__ = SimpleNamespace()  # type: ignore[assignment]
    library.WhisperModel = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "faster_whisper", library)
    assert found(heard(speech(3)), tmp_path)["words"][0] is state
