"""How near a matched voice comes to its speaker, by measure and by a public speaker encoder.

    python benchmarks/voice_matching.py FOLDER... [--out benchmarks/results]

FOLDERs hold NAME.A.wav to enrol and NAME.B.wav to compare with (benchmarks/references.py makes
some). Needs `resemblyzer` beside Antiphon (and, for it, torch 2.13.0 and setuptools below 81), best
in an environment of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import soxr
from first_audio import HERE, machine
from references import RATE, SENTENCES, Speaker, Store, engine, enrolled, said, speakers

from antiphon.audio.analysis.colour import average_db, bands_db, bandwidth_hz, distance_db
from antiphon.audio.analysis.framing import Wave, wave_of
from antiphon.audio.analysis.measures import measure
from antiphon.engines.formant.engine import Formant
from antiphon.engines.formant.manner import own
from antiphon.engines.formant.profile import Profile, Tune
from antiphon.engines.formant.voices import CHOIR
from antiphon.speech import Audio, Call, Utterance

DEFAULT = own(CHOIR["alto"])
FLAT = b""
Change = Callable[[Profile], Profile]


def tunes(found: Profile, change: Callable[[Tune], Tune]) -> Profile:
    """A profile with both tunes changed."""
    return msgspec.structs.replace(
        found, english=change(found.english), chinese=change(found.chinese)
    )


def replaced(**fields: Any) -> Callable[[Tune], Tune]:
    """A change of some fields of a tune."""
    return lambda tune: msgspec.structs.replace(tune, **fields)


# From nothing to everything: what each step of the match is worth.
CONDITIONS: dict[str, Change] = {
    "default voice": lambda found: DEFAULT,
    "pitch": lambda found: msgspec.structs.replace(
        tunes(found, replaced(taps=FLAT, wpm=175.0)), formants=104
    ),
    "matched": lambda found: found,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One condition, one language, over all speakers of a set."""

    speakers: str
    condition: str
    language: str
    cosine: float
    identified: float
    identified_centred: float
    pitch_error_cents: float
    spread_error_cents: float
    colour_db: float
    pace_error_percent: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """One speaker in one condition and language."""

    embeddings: list[np.ndarray[Any, Any]]  # of two clips
    errors: tuple[float, float, float, float]


class Encoder:
    """A public speaker encoder: GE2E as in `resemblyzer`."""

    def __init__(self) -> None:
        import torch
        from resemblyzer import VoiceEncoder, preprocess_wav

        torch.set_num_threads(1)
        self._encoder = VoiceEncoder("cpu", verbose=False)
        self._prepare = preprocess_wav

    def of(self, wave: Wave, rate: int) -> np.ndarray[Any, Any]:
        """The embedding of speech, of length 1."""
        narrow = soxr.resample(wave, rate, 16_000).astype(np.float32)
        found: np.ndarray[Any, Any] = self._encoder.embed_utterance(
            self._prepare(narrow, source_sr=16_000)
        )
        return found


def errors(wave: Wave, other: Speaker) -> tuple[float, float, float, float]:
    """Pitch and spread in cents, colour in dB, pace in percent: how far from the other words."""
    theirs = wave_of(other.other.pcm)
    wanted, found = measure(theirs, other.other.rate), measure(wave, RATE)
    colour = average_db(bands_db(theirs, other.other.rate))
    return (
        1200 * abs(float(np.log2(found.pitch_hz / wanted.pitch_hz))),
        abs(found.spread_cents - wanted.spread_cents),
        distance_db(average_db(bands_db(wave, RATE)), colour, bandwidth_hz(colour)),
        100 * abs(found.syllables_hz / wanted.syllables_hz - 1),
    )


def compared(
    label: str,
    condition: str,
    language: str,
    found: dict[str, Likeness],
    gallery: np.ndarray[Any, Any],
) -> Row:
    """A row: identification among the B recordings of everybody in the set."""
    matrix = np.array([each for one in found.values() for each in one.embeddings])
    likeness = matrix @ gallery.T
    right = np.repeat(np.arange(len(found)), len(matrix) // len(found))
    clips = np.arange(len(right))
    centred = _unit(matrix - matrix.mean(0)) @ _unit(gallery - gallery.mean(0)).T
    medians = np.median(np.array([each.errors for each in found.values()]), axis=0)
    return Row(
        label,
        condition,
        language,
        round(float(likeness[clips, right].mean()), 3),
        round(float((likeness.argmax(1) == right).mean()), 2),
        round(float((centred.argmax(1) == right).mean()), 2),
        *(round(float(each), 1 if at != 2 else 2) for at, each in enumerate(medians)),
    )


def _unit(rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    scaled: np.ndarray[Any, Any] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return scaled


async def likenesses(
    everybody: list[Speaker], store: Store, speaker: Formant, encoder: Encoder
) -> dict[tuple[str, str], dict[str, Likeness]]:
    """Every condition and language of every speaker."""
    table: dict[tuple[str, str], dict[str, Likeness]] = {}
    for one in everybody:
        fitted = await enrolled(speaker, store, one.enrolled)
        for condition, change in CONDITIONS.items():
            name = store.put(f"{one.name}/{condition}", change(fitted))
            for language, texts in SENTENCES.items():
                half = len(texts) // 2
                clips = [await said(speaker, part, name) for part in (texts[:half], texts[half:])]
                embeddings = [encoder.of(clip, RATE) for clip in clips]
                heard = Likeness(embeddings, errors(np.concatenate(clips), one))
                table.setdefault((condition, language), {})[one.name] = heard
        print(f"  {one.name}: done", flush=True)
    return table


async def enrolment(everybody: list[Speaker]) -> dict[str, float]:
    """Seconds to make a voice: on the clock, and of one core."""
    walls, before = [], resource.getrusage(resource.RUSAGE_CHILDREN)
    async with engine(Store()) as speaker:
        for one in everybody:
            began = time.perf_counter()
            await speaker.prepare(one.enrolled)
            walls.append(time.perf_counter() - began)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "median_s": round(statistics.median(walls), 2),
        "most_s": round(max(walls), 2),
        "core_s_each": round(spent / len(everybody), 2),
    }


async def first_sound(one: Speaker, rounds: int = 60) -> dict[str, float]:
    """Median milliseconds to the first audio of a clause, own and matched taking turns."""
    store = Store()
    found: dict[str, list[float]] = {"default": [], "matched": []}
    async with engine(store) as speaker:
        await speaker.prepare(one.enrolled)
        for _ in range(rounds):
            for name, digest in (("default", None), ("matched", one.enrolled.digest)):
                began = time.perf_counter()
                utterance = Utterance(SENTENCES["en"][0], recording=digest)
                async with speaker.speak(utterance, Call("benchmark")) as frames:
                    async for frame in frames:
                        if isinstance(frame, Audio):
                            found[name].append(1e3 * (time.perf_counter() - began))
                            break
                await asyncio.sleep(0.02)
    return {name: round(statistics.median(each), 2) for name, each in found.items()}


async def measured(everybody: list[Speaker]) -> dict[str, object]:
    """All rows and times."""
    encoder, store = Encoder(), Store()
    times = {
        "enrolment": await enrolment(everybody[:4]),
        "first_audio_ms": await first_sound(everybody[0]),
    }
    async with engine(store) as speaker:
        table = await likenesses(everybody, store, speaker, encoder)
    sets = {
        "held out": [one for one in everybody if one.held_out],
        "tuned on": [one for one in everybody if not one.held_out],
        "everybody": everybody,
    }
    if len(sets["held out"]) == len(everybody):
        del sets["everybody"]  # they are the same
    rows: list[Row] = []
    ceiling = {}
    for label, group in sets.items():
        if not group:
            continue
        gallery = np.array([encoder.of(wave_of(p.other.pcm), p.other.rate) for p in group])
        own_a = np.array([encoder.of(wave_of(p.enrolled.pcm), p.enrolled.rate) for p in group])
        alike = own_a @ gallery.T
        right = np.arange(len(group))
        ceiling[label] = {
            "speakers": [one.name for one in group],
            "cosine_a_to_b": round(float(alike[right, right].mean()), 3),
            "identified": round(float((alike.argmax(1) == right).mean()), 2),
            "chance": round(1 / len(group), 3),
            "colour_a_to_b_db": round(statistics.median(errors_between(one) for one in group), 2),
        }
        for (condition, language), found in table.items():
            chosen = {one.name: found[one.name] for one in group}
            rows.append(compared(label, condition, language, chosen, gallery))
    return {**times, "recordings": ceiling, "rows": [asdict(row) for row in rows]}


def errors_between(one: Speaker) -> float:
    """How far the colours of one speaker's two recordings are apart."""
    first, second = (
        average_db(bands_db(wave_of(each.pcm), each.rate)) for each in (one.enrolled, one.other)
    )
    return distance_db(first, second, min(bandwidth_hz(first), bandwidth_hz(second)))


LEGEND = (
    "Errors are medians over speakers, against words that were not enrolled. Identification is the "
    "share of clips (two a speaker) whose nearest recording, by the encoder, is their speaker's; "
    "centred takes out first what all synthetic voices have in common."
)


def page(report: dict[str, Any]) -> str:
    """The report for people."""
    heads = [name.replace("_", " ") for name in Row.__dataclass_fields__]
    lines = [
        "# How near a matched voice comes",
        "",
        f"`python benchmarks/voice_matching.py FOLDER…`, {json.dumps(report['machine'])}",
        "",
        LEGEND,
        "",
        f"Enrolment: {json.dumps(report['enrolment'])}.",
        "",
        f"First audio, median ms: {json.dumps(report['first_audio_ms'])}.",
        "",
    ]
    for label, each in report["recordings"].items():
        lines += [f"**{label}**: {json.dumps(each, ensure_ascii=False)}", ""]
    lines += ["| " + " | ".join(heads) + " |", "|" + "--|" * len(heads)]
    lines += [
        "| " + " | ".join(str(cell) for cell in row.values()) + " |" for row in report["rows"]
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    chosen = parser.parse_args()
    report: dict[str, Any] = {"machine": machine()}
    report |= asyncio.run(measured(speakers(chosen.folders)))
    (chosen.out / "voice_matching.json").write_text(json.dumps(report, indent=1) + "\n")
    (chosen.out / "voice_matching.md").write_text(page(report))
    print(page(report))


if __name__ == "__main__":
    main()
