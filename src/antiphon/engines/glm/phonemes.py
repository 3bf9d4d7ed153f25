"""Phoneme-hybrid text: characters that are read in one way stay, others become their sounds.

`我最爱吃人参果` becomes `我最爱吃人<|SH|><|EN1|>果`, each `<|…|>` one token of the model. A
character stays when it is on the list of those that the model reads well. The words of the
dictionary come first, the longest first, and are said as it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from antiphon.engines.glm.fields import read_json
from antiphon.errors import BadCheckpoint
from antiphon.text.lexicon import Lexicon
from antiphon.text.polyphones import pinyin
from antiphon.text.pronouncing import Pronouncer

DATA = Path(str(resources.files("antiphon.engines.glm") / "data"))
ABLE, WORDS, KNOWN = "G2P_able_1word.json", "G2P_replace_dict.jsonl", "G2P_all_phonemes.json"
# What the reference takes for Chinese: the radicals too, the ideographic zero not.
HAN = re.compile(
    "[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002ebef\U00030000-\U000323af"
    "\uf900-\ufaff\U0002f800-\U0002fa1f\u2e80-\u2eff]+"
)
# Two interjections that are read as these are.
READ_AS = str.maketrans("嗯呣", "恩母")
# The i of 知 and of 资 is neither the i of 低, nor is it the same in both.
SPELLING = re.compile("([zcs]h|[bpmfdtnlgkhjqxrzcsyw])?([aeiouüê][a-zü]*)([1-5])")
PALATAL = frozenset("jqx")
WHOLE = {"iu": "iou", "ui": "uei", "un": "uen"}
RETROFLEX, SIBILANT = frozenset(("zh", "ch", "sh", "r")), frozenset(("z", "c", "s"))


class Syllable(NamedTuple):
    """How a character is said: an initial, or "", and a final with its tone."""

    initial: str
    final: str

    @property
    def tokens(self) -> str:
        """The phonemes as the model is given them."""
        return "".join(f"<|{part.upper()}|>" for part in self if part)


Reader = Callable[[str], Sequence[Syllable | None]]


@dataclass(frozen=True)
class Hybrid:
    """Writes a text for the model; `able` are the characters that stay as they are."""

    able: frozenset[str]
    words: Lexicon
    read: Reader

    @classmethod
    def open(cls, configs: Path | None = None, read: Reader | None = None) -> Hybrid:
        """The lists in that folder, or those of the official repository."""
        folder = configs or DATA
        listed = read_json(_either(folder, ABLE))
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise BadCheckpoint(folder / ABLE, "is no list of characters")
        words = Lexicon.load(g2p=_either(folder, WORDS))
        return cls(frozenset(listed), words, read or syllables)

    def written(self, text: str) -> str:
        """The text with phonemes in it; milliseconds, so not for the event loop."""
        pieces, at = list[str](), 0
        for match in self.words.phonemes(text):
            pieces += [self._runs(text[at : match.start]), match.replacement]
            at = match.end
        return "".join([*pieces, self._runs(text[at:])])

    def _runs(self, text: str) -> str:
        return HAN.sub(lambda run: "".join(self._characters(run[0])), text)

    def _characters(self, run: str) -> Iterator[str]:
        if self.able.issuperset(run):
            yield run
            return
        for character, said in zip(run, self.read(run), strict=True):
            yield character if character in self.able or said is None else said.tokens


def _either(folder: Path, name: str) -> Path:
    return folder / name if (folder / name).is_file() else DATA / name


def syllables(run: str) -> list[Syllable | None]:
    """How each character of a Chinese run is said there; None where nobody knows.

    The readings are those of the service's own front end, the same for every engine.
    """
    read = pinyin(run.translate(READ_AS))
    return [syllable(said) for said in read] if len(read) == len(run) else [None] * len(run)


def syllable(said: str) -> Syllable | None:
    """A syllable of pinyin such as `xian2` in the model's phonemes, `x` and `ian2`."""
    found = SPELLING.fullmatch(said)
    if not found:
        return None
    initial, final = _strict(found[1] or "", found[2])
    final += found[3]
    if final.startswith("i") and initial in RETROFLEX:
        final = "ii" + final
    elif final.startswith("i") and initial in SIBILANT:
        final = "i" + final
    final = "er2" if final == "er5" else final  # the model has no neutral er
    return Syllable(initial, final) if _known(initial) and _known(final) else None


def _strict(initial: str, final: str) -> tuple[str, str]:
    """Pinyin without its conveniences: yue is ve, wei is uei, liu is l and iou, qu is q and v.

    pypinyin does the same, but its import would take half a second of the event loop.
    """
    if initial == "y":
        if final[0] == "u":
            return "", "v" + final[1:]
        return "", final if final[0] == "i" else "i" + final
    if initial == "w":
        return "", final if final[0] == "u" else "u" + final
    if initial in PALATAL and final[0] == "u":
        final = "v" + final[1:]
    return initial, WHOLE.get(final, final).replace("ü", "v")


def spelled(pinyin_words: str) -> str | None:
    """What a dictionary writes as `chong2 qing4` in phonemes; None where it is no pinyin."""
    found = [syllable(word) for word in pinyin_words.lower().replace("u:", "ü").split()]
    if not found or None in found:
        return None
    return "".join(each.tokens for each in found if each)


def pronounced(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The text with the words of the pairs in the phonemes, or the letters, they are said with."""
    pieces, at = list[str](), 0
    for found in Pronouncer(pairs).found(text):
        said = found.pair[1]
        if found.is_reading and "<|" not in said:  # pinyin, of which some has no sound here
            said = spelled(said) or text[found.start : found.end]
        pieces += [text[at : found.start], said]
        at = found.end
    return "".join([*pieces, text[at:]])


def _known(part: str) -> bool:
    return not part or part.upper() in all_phonemes()


@cache
def all_phonemes() -> frozenset[str]:
    """Every phoneme that the model has a token for, such as `SH` and `EN1`."""
    return frozenset(read_json(DATA / KNOWN).values())
