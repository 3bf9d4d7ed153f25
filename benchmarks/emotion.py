"""Whether moods move the voice as documented, and how near a recording's mood is carried.

    python benchmarks/emotion.py FOLDER... [--out benchmarks/results]

FOLDERs hold NAME.A.wav and NAME.B.wav (see benchmarks/references.py). Recordings in a mood are made
from the neutral ones with WORLD (`pyworld-prebuilt`), since there the change is known: the pitch is
scaled about its mean, time is stretched, and the level is raised.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from first_audio import HERE, machine
from references import RATE, SENTENCES, Speaker, Store, engine, enrolled, said, speakers

from antiphon.audio.analysis.framing import Wave, wave_of
from antiphon.audio.analysis.measures import Measures, measure
from antiphon.engines.formant.engine import Formant
from antiphon.engines.formant.moods import MOODS
from antiphon.speech import Recording, Style

EMOTIONS = ("happy", "sad", "angry", "calm", "excited", "surprised")
STRENGTHS = (0.0, 0.33, 0.67, 1.0)
TEXTS = SENTENCES["en"][:4]
OWN = ("alto", "baritone")
# Range, tempo and level of the recordings in a mood, beside the neutral ones.
CHANGES = {
    "lively": (1.45, 1.2, 4.0),
    "flat": (0.6, 0.85, -5.0),
    "tense": (1.2, 1.3, 6.0),
    "slow": (0.8, 0.75, -3.0),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """One voice in one mood: how the measures moved, from strength 0 to 1."""

    voice: str
    mood: str
    pitch_range: list[float]
    level_db: list[float]
    tempo: list[float]
    as_documented: bool
    monotone: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """A recording's mood on the voice of its speaker: what it changed, and what was heard."""

    voice: str
    change: str
    recorded: dict[str, float]
    heard: dict[str, float]
    within_a_quarter: bool


def ratios(found: Measures, seconds: float, neutral: Measures, neutral_s: float) -> list[float]:
    """Pitch range, level in dB and tempo beside the neutral ones."""
    return [
        found.spread_cents / neutral.spread_cents,
        found.level_db - neutral.level_db,
        neutral_s / seconds,
    ]


async def moved(speaker: Formant, name: str, voice: str, recording: str | None, mood: str) -> Moved:
    """Say the same with a mood at each strength."""
    rows, neutral, neutral_s = [], None, 0.0
    for strength in STRENGTHS:
        style = Style(emotion=mood, strength=strength)
        wave = await said(speaker, TEXTS, recording, style, voice)
        found, seconds = measure(wave, RATE), len(wave) / RATE
        if neutral is None:
            neutral, neutral_s = found, seconds
        rows.append([round(each, 3) for each in ratios(found, seconds, neutral, neutral_s)])
    columns = [list(column) for column in zip(*rows, strict=True)]
    table = MOODS[mood]
    wanted = (table.spread - 1, table.energy, table.pace - 1)
    pairs = list(zip(columns, wanted, strict=True))
    return Moved(
        name,
        mood,
        *columns,
        as_documented=all((column[-1] - column[0]) * way > 0 for column, way in pairs),
        monotone=all(column == sorted(column, reverse=way < 0) for column, way in pairs),
    )


def in_a_mood(neutral: Recording, widened: float, faster: float, louder_db: float) -> Recording:
    """The recording changed by known amounts, and by nothing else."""
    import pyworld

    wave = wave_of(neutral.pcm)
    rough, times = pyworld.dio(wave, neutral.rate)
    pitch = pyworld.stonemask(wave, rough, times, neutral.rate)
    envelope = pyworld.cheaptrick(wave, pitch, times, neutral.rate)
    noise = pyworld.d4c(wave, pitch, times, neutral.rate)
    voiced = pitch > 0
    mean = np.exp(np.mean(np.log(pitch[voiced])))
    pitch[voiced] = mean * (pitch[voiced] / mean) ** widened
    made: Wave = pyworld.synthesize(pitch, envelope, noise, neutral.rate, 5.0 / faster)
    louder = np.clip(made * 10 ** (louder_db / 20), -1, 1) * 32_767
    return Recording(louder.astype(np.int16).tobytes(), neutral.rate)


async def carried(
    speaker: Formant, store: Store, one: Speaker, change: str, amounts: tuple[float, float, float]
) -> Carried:
    """Enrol the neutral recording, point the style to the other, and measure both."""
    # Both go through the same vocoder, so that they differ by the change alone. A quarter of the
    # level keeps what is raised from clipping.
    neutral = in_a_mood(one.enrolled, 1.0, 1.0, -8.0)
    other = in_a_mood(one.enrolled, amounts[0], amounts[1], amounts[2] - 8.0)
    for each in (neutral, other):
        await enrolled(speaker, store, each)
    measures = [measure(wave_of(each.pcm), each.rate) for each in (neutral, other)]
    lengths = [len(each.pcm) / 2 / each.rate for each in (neutral, other)]
    recorded = ratios(measures[1], lengths[1], measures[0], lengths[0])
    plain = await said(speaker, TEXTS, neutral.digest)
    styled = await said(speaker, TEXTS, neutral.digest, Style(reference=other.digest))
    heard = ratios(
        measure(styled, RATE), len(styled) / RATE, measure(plain, RATE), len(plain) / RATE
    )
    near = all(
        abs(mine - theirs) <= 0.25 * abs(theirs)
        for mine, theirs in zip(heard, recorded, strict=True)
    )
    names = ("pitch_range", "level_db", "tempo")
    return Carried(
        one.name,
        change,
        dict(zip(names, (round(each, 2) for each in recorded), strict=True)),
        dict(zip(names, (round(each, 2) for each in heard), strict=True)),
        near,
    )


async def measured(folders: list[Path]) -> dict[str, Any]:
    """Six moods on four voices, and four changes on every fourth speaker."""
    store = Store()
    everybody = [one for one in speakers(folders) if one.held_out]
    chosen = everybody[:: max(1, len(everybody) // 4)][:4]
    async with engine(store) as speaker:
        moods, carries = [], []
        voices = [(voice, voice, None) for voice in OWN]
        for one in chosen[:2]:
            await enrolled(speaker, store, one.enrolled)
            voices.append((f"matched to {one.name}", "", one.enrolled.digest))
        for name, voice, recording in voices:
            moods += [await moved(speaker, name, voice, recording, mood) for mood in EMOTIONS]
        for one in chosen:
            for change, amounts in CHANGES.items():
                carries.append(await carried(speaker, store, one, change, amounts))
    return {
        "moods": [asdict(each) for each in moods],
        "moods_as_documented": sum(each.as_documented for each in moods),
        "moods_monotone": sum(each.monotone for each in moods),
        "carried": [asdict(each) for each in carries],
        "carried_within_a_quarter": sum(each.within_a_quarter for each in carries),
    }


LEGEND = (
    "Columns are pitch range and tempo (times neutral) and level (dB beside neutral) at strengths "
    f"{', '.join(map(str, STRENGTHS))}; tempo is that of the same sentences, from their length. "
    "Carried: what a recording in a mood changed beside the neutral one of its speaker, and what "
    "was heard from the voice matched to the neutral one."
)


def counts(report: dict[str, Any]) -> str:
    """How many were as they should be."""
    moods, carries = len(report["moods"]), len(report["carried"])
    return (
        f"As documented: {report['moods_as_documented']} of {moods}; monotone in strength: "
        f"{report['moods_monotone']} of {moods}; carried within a quarter in range, level and "
        f"tempo: {report['carried_within_a_quarter']} of {carries}."
    )


def page(report: dict[str, Any]) -> str:
    """The report for people."""
    moods, carries = report["moods"], report["carried"]
    lines = [
        "# How moods are heard",
        "",
        f"`python benchmarks/emotion.py FOLDER…`, {json.dumps(report['machine'])}",
        "",
        LEGEND,
        "",
        counts(report),
        "",
        "| voice | mood | range | level | tempo |",
        "|--|--|--|--|--|",
    ]
    for each in moods:
        cells = [
            " → ".join(f"{one:g}" for one in each[name])
            for name in ("pitch_range", "level_db", "tempo")
        ]
        lines.append(f"| {each['voice']} | {each['mood']} | {' | '.join(cells)} |")
    lines += ["", "| voice | change | recorded | heard | within a quarter |", "|--|--|--|--|--|"]
    for each in carries:
        lines.append("| " + " | ".join(str(cell) for cell in each.values()) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    chosen = parser.parse_args()
    report: dict[str, Any] = {"machine": machine()}
    report |= asyncio.run(measured(chosen.folders))
    (chosen.out / "emotion.json").write_text(json.dumps(report, indent=1) + "\n")
    (chosen.out / "emotion.md").write_text(page(report))
    print(page(report))


if __name__ == "__main__":
    main()
