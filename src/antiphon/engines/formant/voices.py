"""The choir of the formant engine: its voices, and the languages they sing in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from antiphon.errors import UnsupportedLanguage
from antiphon.speech import Voice


@dataclass(frozen=True, slots=True)
class Timbre:
    """A voice as espeak-ng's numbers.

    `low` and `high` bound the pitch in Hz, `formants` scales the vocal tract in percent (a
    shorter tract is above 100), `volume` in percent was set so that prose sits at about -20 dBFS
    and nothing clips.
    """

    description: str
    low: int
    high: int
    formants: int
    volume: int


CHOIR = {
    "alto": Timbre("a warm lower woman's voice", 150, 222, 110, 48),
    "soprano": Timbre("a bright high woman's voice", 200, 300, 118, 44),
    "mezzo": Timbre("a clear middle woman's voice", 178, 262, 114, 46),
    "tenor": Timbre("a light man's voice", 108, 165, 101, 55),
    "baritone": Timbre("a calm middle man's voice", 90, 135, 97, 58),
    "bass": Timbre("a deep man's voice", 66, 100, 92, 64),
}

WIDEST_PITCH = 12  # semitones up and down; each is a voice file, written when the engine starts

# BCP 47 tag -> espeak-ng's name, where the two differ or where we choose the variety.
RENAMED = {
    "en": "en-us",
    "en-au": "en",
    "en-gb": "en",
    "en-in": "en",
    "en-nz": "en",
    "es-mx": "es-419",
    "fr-ca": "fr",
    "no": "nb",
    "sr-latn": "bs",
    "zh": "cmn",
    "zh-hk": "yue",
    "zh-mo": "yue",
}

# What espeak-ng 1.52 speaks from that language's own spelling, by its own names (its `en` is
# British). Left out: Japanese (kanji are not read; kana inside other text are), Faroese and
# Karakalpak (their dictionaries are missing from the wheel), constructed and test languages,
# and transliterations.
_SPOKEN = """
    af am an ar as az ba be bg bn bpy bs ca chr cmn cs cv cy da de el en en-029 en-gb-scotland
    en-gb-x-gbclan en-gb-x-gbcwmd en-gb-x-rp en-us en-us-nyc eo es es-419 et eu fa fi fr fr-be
    fr-ch ga gd gn gu hak haw he hi hr ht hu hy hyw ia id io is it ka kk kl kn ko kok ku ky la
    lb lfn lt ltg lv mi mk ml mr ms mt mto my nb nci ne nl nog om or pa pap pl pt pt-br qu quc
    ro ru ru-lv sd shn si sk sl smj sq sr sv sw ta te th ti tk tn tr tt ug uk ur uz vi
    vi-vn-x-central vi-vn-x-south yue
"""
SPOKEN = frozenset(_SPOKEN.split())

LANGUAGES = tuple(sorted({"zh", "no", "en-gb"} | (SPOKEN - {"cmn"})))


def own_voices() -> tuple[Voice, ...]:
    """The voices as a card shows them."""
    return tuple(Voice(name, timbre.description, LANGUAGES) for name, timbre in CHOIR.items())


def spoken_by(language: str) -> str:
    """espeak-ng's name for a BCP 47 tag: the nearest variety, else the language itself.

    Raises `UnsupportedLanguage`.
    """
    parts = language.lower().replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        tag = "-".join(parts[:length])
        name = RENAMED.get(tag, tag)
        if name in SPOKEN:
            return name
    raise UnsupportedLanguage(language, LANGUAGES)


def write_voices(data: Path, folder: Path) -> None:
    """Make `folder` an espeak-ng data folder: everything of `data`, and our choir as variants.

    Each language's file is linked into `voices` too: found there by its name, a voice is chosen in
    0.1 to 0.4 ms; else espeak-ng reads every file of the folder first, which takes 3 ms. Links
    where the system allows, copies (21 MB) where it does not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for entry in data.iterdir():
        if entry.name != "voices":
            _link(entry, folder / entry.name)
    variants = folder / "voices" / "!v"
    variants.mkdir(parents=True)
    for language in (data / "lang").rglob("*"):
        if language.is_file():
            _link(language, folder / "voices" / language.name.lower())
    for voice, timbre in CHOIR.items():
        for pitch in range(-WIDEST_PITCH, WIDEST_PITCH + 1):
            name = variant(voice, pitch)
            (variants / name).write_text(_file(name, timbre, pitch), encoding="ascii")


def variant(voice: str, pitch: float) -> str:
    """The variant of a voice that is so many semitones higher, to the nearest."""
    semitones = min(WIDEST_PITCH, max(-WIDEST_PITCH, round(pitch)))
    return voice if semitones == 0 else f"{voice}{'-' if semitones < 0 else '_'}{abs(semitones)}"


def _file(name: str, timbre: Timbre, pitch: int) -> str:
    """A voice file of the choir."""
    low, high = (hertz * 2 ** (pitch / 12) for hertz in (timbre.low, timbre.high))
    return _head(name) + lines(low, high, timbre.formants)


def lines(low: float, high: float, formants: float) -> str:
    """The lines of a voice file; wave generator 5 is the most intelligible of espeak-ng's."""
    scaled = "".join(f"formant {peak} {round(formants)}\n" for peak in range(9))
    return f"klatt 5\npitch {round(low)} {round(high)}\n{scaled}"


def _head(name: str) -> str:
    return f"language variant\nname {name}\n"


@contextmanager
def worn(data: Path, name: str, described: str) -> Iterator[str]:
    """A voice file that exists while the body loads it: ten thousand voices leave nothing."""
    file = data / "voices" / "!v" / name
    file.write_text(_head(name) + described, encoding="ascii")
    try:
        yield name
    finally:
        file.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> None:
    try:
        os.symlink(source, target, target_is_directory=source.is_dir())
    except OSError:
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
