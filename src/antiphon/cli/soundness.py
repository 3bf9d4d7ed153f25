"""Listens to what a model said: its level, its length, its repetitions, and its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from antiphon.cli.checks import Finding, State
from antiphon.cli.trial import SENTENCE, Heard
from antiphon.engines.glm.checkpoint import Checkpoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOFT_DB, LOUD_DB = -45.0, -6.0  # of the whole, full scale being 0
CLIPPED = 0.001  # the share of samples at full scale that is heard
FAST_S, SLOW_S = 0.03, 0.25  # a letter
FRAME_S, BANDS = 0.02, 24
LOOPS_S = (0.3, 2.0)  # how long what is repeated may last
LIKENESS = 0.97  # of a stretch and its repetition; speech says no word twice so alike
TIMES = 2.5  # how often at least
WRONG = 0.3  # the share of words that may be missed


def listened(heard: Heard, model: Path) -> Iterator[Finding]:
    """A line for each; what is wrong is a failure, unless the weights are random."""
    random = Checkpoint.at(model).is_random
    bad = State.WARN if random else State.FAIL
    sound = np.frombuffer(heard.pcm, "<i2").astype(np.float64) / 32768
    for what, (is_well, told) in {
        "level": _level(sound),
        "length": _length(heard),
        "repetition": _repetition(sound, heard.rate),
    }.items():
        yield Finding(State.OK if is_well else bad, what, told)
    yield _words(sound, heard.rate, bad)


def _level(sound: NDArray[np.float64]) -> tuple[bool, str]:
    power_db = 10 * np.log10(np.mean(sound**2) + 1e-12)
    clipped = float(np.mean(np.abs(sound) > 0.999))
    is_well = SOFT_DB < power_db < LOUD_DB and clipped < CLIPPED
    return is_well, f"{power_db:.1f} dB of full scale, {clipped:.2%} of it clipped"


def _length(heard: Heard) -> tuple[bool, str]:
    least, most = (each * len(SENTENCE) for each in (FAST_S, SLOW_S))
    told = f"{heard.audio_s:.1f} s, and {least:.1f} to {most:.1f} s is natural"
    if heard.reason != "complete":
        told += f"; it did not end by itself ({heard.reason})"
    return least < heard.audio_s < most and heard.reason == "complete", told


def _repetition(sound: NDArray[np.float64], rate: int) -> tuple[bool, str]:
    """Whether a stretch of its spectrum comes again and again."""
    frames = _bands(sound, rate)
    for lag in range(round(LOOPS_S[0] / FRAME_S), round(LOOPS_S[1] / FRAME_S)):
        run = int(TIMES * lag)
        if len(frames) < run + lag:
            break
        alike = np.sum(frames[:-lag] * frames[lag:], axis=1)
        mean = np.convolve(alike, np.ones(run) / run, "valid")
        if mean.max() > LIKENESS:
            return False, f"the same {lag * FRAME_S:.1f} s come again and again"
    return True, "nothing is said over and over"


def _bands(sound: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """The shape of the spectrum of each frame, of length 1, its mean over time taken away."""
    width = round(FRAME_S * rate)
    frames = sound[: len(sound) // width * width].reshape(-1, width)
    power = np.abs(np.fft.rfft(frames * np.hanning(width), axis=1)) ** 2
    edges = np.unique(np.geomspace(2, power.shape[1], BANDS + 1).astype(int))
    bands = np.log(np.add.reduceat(power, edges[:-1], axis=1) + 1e-9)
    bands -= bands.mean(axis=0)
    return np.asarray(bands / (np.linalg.norm(bands, axis=1, keepdims=True) + 1e-9))


def _words(sound: NDArray[np.float64], rate: int, bad: State) -> Finding:
    """Heard by a recogniser that is here already; nothing is downloaded."""
    if find_spec("faster_whisper") is None:
        told = "not listened to: pip install faster-whisper to have them checked"
        return Finding(State.OK, "words", told)
    try:
        said = _recognised(import_module("faster_whisper"), sound, rate)
    except Exception as error:
        told = f"the recogniser does not run ({str(error).splitlines()[0][:120]})"
        return Finding(State.WARN, "words", told)
    missed = _missed(said)
    return Finding(State.OK if missed < WRONG else bad, "words", f"{missed:.0%} missed: {said!r}")


def _recognised(library: Any, sound: NDArray[np.float64], rate: int) -> str:
    import soxr

    model = library.WhisperModel("base", device="cpu", local_files_only=True)
    heard = soxr.resample(sound.astype(np.float32), rate, 16_000)
    segments, _ = model.transcribe(heard, language="en")
    return " ".join(segment.text.strip() for segment in segments)


def _missed(said: str) -> float:
    """The share of the sentence's words that were not heard."""
    wanted, found = (re.findall(r"[a-z]+", each.lower()) for each in (SENTENCE, said))
    return sum(word not in found for word in wanted) / len(wanted)
