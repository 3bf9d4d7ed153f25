"""Whether a machine understands the voices: word errors of a packaged English recogniser.

    python benchmarks/intelligibility.py FOLDER... [--voices 6] [--out benchmarks/results]

FOLDERs hold NAME.A.wav and NAME.B.wav (see benchmarks/references.py). Needs `pocketsphinx`, whose
wheel carries an English model: old, and so a ranking rather than a score. For Mandarin there is no
such recogniser in a package here; as a proxy the melody and the loudness of each character are
compared with the default voice's, whose tones espeak-ng makes by rule.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
from itertools import pairwise
from pathlib import Path
from typing import Any

import espeakng_loader
import numpy as np
import soxr
from first_audio import HERE, machine
from references import RATE, SENTENCES, Store, engine, enrolled, said, speakers

from antiphon.audio.analysis.framing import Wave, level_db
from antiphon.audio.analysis.pitch import melody
from antiphon.engines.formant.engine import Formant
from antiphon.engines.formant.library import FreshLibrary, Word
from antiphon.engines.formant.voices import CHOIR
from antiphon.speech import Audio, Call, Utterance

LIST = [
    "The boy ran to the store and bought some bread.",
    "She put the letter on the table near the window.",
    "We went to the park because it was a nice day.",
    "He told me that the train would be late.",
    "My mother works in a small school in the city.",
    "The dog was sleeping under the old tree.",
    "They will come home before the end of the week.",
    "I think that this is the best way to do it.",
    "The water in the lake was cold and clear.",
    "You can see the mountains from the top of the hill.",
    "The man opened the door and looked outside.",
    "There are many people waiting in the street.",
    "It was raining when we left the house this morning.",
    "He wants to buy a new car next year.",
    "The children were playing a game in the garden.",
    "She has a brother and two sisters.",
    "Please give me a glass of water.",
    "The night was dark and the wind was strong.",
    "We have to finish the work before Friday.",
    "I did not know that you could speak French.",
    "The doctor said that he should stay in bed.",
    "Our friends live in a big house by the sea.",
    "The teacher asked the students to read the book.",
    "He found the money in the pocket of his coat.",
    "The sun was going down behind the hills.",
    "It takes two hours to drive to the airport.",
    "Nobody could answer the question at first.",
    "The old woman lived alone for many years.",
    "We heard the news on the radio last night.",
    "A good meal makes everyone feel better.",
]
ALIKE, OFF = "matched and default voice", "the same, one character off"
POINTS = 8  # a character's melody in so many points


class Recogniser:
    """pocketsphinx with the model of its wheel."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(samprate=16_000, loglevel="FATAL")

    def words(self, wave: Wave, rate: int) -> list[str]:
        """What it hears, a quarter of a second of silence around."""
        quiet = np.zeros(rate // 4)
        narrow = soxr.resample(np.concatenate([quiet, wave, quiet]), rate, 16_000)
        pcm = (np.clip(narrow, -1, 1) * 32_767).astype(np.int16).tobytes()
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, no_search=False, full_utt=True)
        self._decoder.end_utt()
        heard = self._decoder.hyp()
        return words(heard.hypstr if heard else "")


def words(text: str) -> list[str]:
    """The words of a text."""
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()


def mistakes(said_words: list[str], heard: list[str]) -> int:
    """The fewest words to change, add or leave out."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said_words, 1):
        before, row = row, [at]
        for column, other in enumerate(heard, 1):
            changed = before[column - 1] + (word != other)
            row.append(min(changed, before[column] + 1, row[-1] + 1))
    return row[-1]


def plain(text: str) -> tuple[Wave, int]:
    """espeak-ng as it comes, with its own default voice."""
    library = FreshLibrary(
        Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())
    )
    heard = bytearray()

    def hear(pcm: bytes, begun: list[Word]) -> bool:
        heard.extend(pcm)
        return False

    library.choose("en-us")
    library.speak(text, 175, 50, True, hear)
    rate = library.rate
    library.close()
    return np.frombuffer(bytes(heard), np.int16) / 32_768, rate


async def word_errors(
    recogniser: Recogniser, speaker: Formant, voice: str = "", recording: str | None = None
) -> float:
    """The share of wrong words over the list."""
    wrong = total = 0
    for text in LIST:
        wave = await said(speaker, [text], recording, voice=voice)
        wrong += mistakes(words(text), recogniser.words(wave, RATE))
        total += len(words(text))
    return round(wrong / total, 3)


def plain_errors(recogniser: Recogniser) -> float:
    """The same of espeak-ng as it comes."""
    wrong = sum(mistakes(words(text), recogniser.words(*plain(text))) for text in LIST)
    return round(wrong / sum(len(words(text)) for text in LIST), 3)


async def contours(
    speaker: Formant, text: str, recording: str | None
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """(marks x POINTS,) the pitch in semitones and the level in dB over each marked character."""
    pcm, starts = bytearray(), []
    async with speaker.speak(Utterance(text, recording=recording), Call("benchmark")) as frames:
        async for frame in frames:
            if isinstance(frame, Audio):
                pcm += frame.pcm
                starts += [mark.sample for mark in frame.marks]
    wave = np.frombuffer(bytes(pcm), np.int16) / 32_768
    hertz, levels = melody(wave, RATE).hertz, level_db(wave, RATE)
    edges = np.array([*starts, len(wave)]) / RATE * 100
    at = np.concatenate(
        [np.linspace(first, last, POINTS) for first, last in pairwise(edges)]
    ).astype(int)
    at = np.minimum(at, len(hertz) - 1)
    return np.where(hertz[at] > 0, 12 * np.log2(np.maximum(hertz[at], 1)), np.nan), levels[at]


def agreement(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> float:
    """The correlation where both are there."""
    both = ~(np.isnan(first) | np.isnan(second))
    return float(np.corrcoef(first[both], second[both])[0, 1])


async def tones(speaker: Formant, recording: str | None, shift: int = 0) -> dict[str, float]:
    """How alike the characters of a voice and of the default voice are; `shift` is the control."""
    pitches, levels = [], []
    for text in SENTENCES["zh"]:
        (own_pitch, own_level), (pitch, level) = [
            await contours(speaker, text, one) for one in (None, recording)
        ]
        pitches.append(agreement(own_pitch, np.roll(pitch, shift * POINTS)))
        levels.append(agreement(own_level, np.roll(level, shift * POINTS)))
    return {
        "pitch": round(statistics.mean(pitches), 3),
        "loudness": round(statistics.mean(levels), 3),
    }


async def measured(folders: list[Path], most: int) -> dict[str, Any]:
    """Word errors of every kind of voice, and the proxy."""
    recogniser, store = Recogniser(), Store()
    report: dict[str, Any] = {"sentences": len(LIST), "plain espeak-ng": plain_errors(recogniser)}
    async with engine(store) as speaker:
        default = next(iter(CHOIR))
        report["own voices"] = {default: await word_errors(recogniser, speaker, default)}
        print(json.dumps(report), flush=True)
        matched, proxy, control = {}, {}, {}
        everybody = [one for one in speakers(folders) if one.held_out]
        for one in everybody[:: max(1, len(everybody) // most)][:most]:
            digest = one.enrolled.digest
            await enrolled(speaker, store, one.enrolled)
            matched[one.name] = await word_errors(recogniser, speaker, recording=digest)
            proxy[one.name] = await tones(speaker, digest)
            control[one.name] = await tones(speaker, digest, shift=1)
            print(one.name, matched[one.name], proxy[one.name], flush=True)
    report["matched"] = matched
    report["matched, mean"] = round(statistics.mean(matched.values()), 3)
    report[ALIKE] = _means(proxy)
    report[OFF] = _means(control)
    return report


def _means(found: dict[str, dict[str, float]]) -> dict[str, float]:
    return {
        name: round(statistics.mean(each[name] for each in found.values()), 3)
        for name in ("pitch", "loudness")
    }


LEGEND = (
    "Share of wrong words over thirty everyday sentences, by pocketsphinx with the model of its "
    "wheel; matched voices are of speakers that were not used while the method was chosen. For "
    "Mandarin no recogniser comes in a package here: understanding is unmeasured. In its place, "
    "the correlation of pitch and loudness with the default voice's, character by character, and "
    "as a control against the neighbouring character."
)


def page(report: dict[str, Any]) -> str:
    """The report for people."""
    lines = [
        "# How well a machine understands the voices",
        "",
        f"`python benchmarks/intelligibility.py FOLDER…`, {json.dumps(report['machine'])}",
        "",
        LEGEND,
        "",
        "| voice | word errors |",
        "|--|--|",
        f"| espeak-ng as it comes | {report['plain espeak-ng']} |",
        *(f"| {name} | {share} |" for name, share in report["own voices"].items()),
        *(f"| matched to {name} | {share} |" for name, share in report["matched"].items()),
        f"| matched, mean | {report['matched, mean']} |",
        "",
        "| Mandarin, correlation of | pitch | loudness |",
        "|--|--|--|",
        *(
            f"| {name} | {report[name]['pitch']} | {report[name]['loudness']} |"
            for name in (ALIKE, OFF)
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--voices", type=int, default=6)
    parser.add_argument("--out", type=Path, default=HERE / "results")
    chosen = parser.parse_args()
    report: dict[str, Any] = {"machine": machine()}
    report |= asyncio.run(measured(chosen.folders, chosen.voices))
    (chosen.out / "intelligibility.json").write_text(json.dumps(report, indent=1) + "\n")
    (chosen.out / "intelligibility.md").write_text(page(report))
    print(page(report))


if __name__ == "__main__":
    main()
