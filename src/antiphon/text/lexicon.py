"""An operator's own readings, in the two files that GLM-TTS keeps them in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from antiphon.errors import BadSetting
from antiphon.text.normalization import Spoken

MOST_ROWS = 200_000
LONGEST_LINE = 4096  # bytes
_TOKEN = re.compile(r"<\|([A-Z]{1,6})([1-5]?)\|>")
_PHONEMES = re.compile(r"(?:<\|[A-Z]{1,6}[1-5]?\|>)+")
_INITIALS = [
    "B",
    "C",
    "CH",
    "D",
    "F",
    "G",
    "H",
    "J",
    "K",
    "L",
    "M",
    "N",
    "P",
    "Q",
    "R",
    "S",
    "SH",
    "T",
    "X",
    "Z",
    "ZH",
]
# How a final is written after an initial, and at the start of a syllable.
_AFTER = {"III": "i", "II": "i", "IOU": "iu", "UEI": "ui", "UEN": "un"}
_FIRST = {"I": "yi", "IN": "yin", "ING": "ying", "U": "wu", "IOU": "you", "UEI": "wei"}
_FIRST |= {"UEN": "wen", "V": "yu", "VE": "yue", "VAN": "yuan", "VN": "yun", "IONG": "yong"}


class Match(NamedTuple):
    """`text[start:end]` is said as `replacement`, in phonemes such as `<|C|><|UEI1|>`."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True)
class Lexicon:
    """Words and the phonemes that they are said with, and plain replacements, in their order."""

    words: Mapping[str, str]
    replacements: tuple[tuple[str, str], ...] = ()

    @classmethod
    def load(cls, g2p: Path | None = None, custom: Path | None = None) -> Lexicon:
        """Read `G2P_replace_dict.jsonl` and `custom_replace.jsonl`; raises `BadSetting`."""
        words = dict[str, str]()
        for where, row in _rows(g2p):
            words |= _checked(where, row)
        pairs = list[tuple[str, str]]()
        for where, row in _rows(custom):
            if row.keys() != {"origin", "new"} or not row["origin"]:
                example = '{"origin": "噢", "new": "哦"}'
                raise BadSetting(f"{where}: a replacement is written as {example}")
            pairs.append((row["origin"], row["new"]))
        return cls(words, tuple(pairs))

    def replaced(self, text: str) -> Spoken:
        """The text after the plain replacements; each stands for the whole that it replaced."""
        origins = tuple(range(len(text) + 1))
        for old, new in self.replacements:
            if old in text:
                text, origins = _put(text, origins, old, new)
        return Spoken(text, origins)

    def phonemes(self, text: str) -> Iterator[Match]:
        """The words of the lexicon in the text, from the left and the longest first."""
        at, end = 0, len(text)
        while at < end:
            for length in self._lengths.get(text[at], ()):
                if (word := text[at : at + length]) in self.words:
                    yield Match(at, at + length, self.words[word])
                    at += length
                    break
            else:
                at += 1

    @cached_property
    def _lengths(self) -> dict[str, tuple[int, ...]]:
        """How long the words that begin with a character are, the longest first."""
        lengths = dict[str, set[int]]()
        for word in self.words:
            lengths.setdefault(word[0], set()).add(len(word))
        return {first: tuple(sorted(each, reverse=True)) for first, each in lengths.items()}


def tones(replacement: str) -> tuple[str, ...]:
    """A replacement as pinyin and plain characters: `乡<|C|><|UEI1|>` is `乡` and `cui1`."""
    found, initial = list[str](), ""
    for token in re.finditer(rf"{_TOKEN.pattern}|.", replacement, re.DOTALL):
        if token[1] is None:
            found.append(token[0])
        elif token[1] in _INITIALS and not token[2]:
            initial = token[1]
        else:
            found.append(_syllable(initial, token[1]) + (token[2] or "5"))
            initial = ""
    return tuple(found)


def _syllable(initial: str, final: str) -> str:
    if not initial:
        first = _FIRST.get(final) or re.sub("^I", "Y", re.sub("^U", "W", final))
        return first.lower()
    if final[0] == "V":
        final = ("U" if initial in "JQXY" else "Ü") + final[1:]
    return initial.lower() + _AFTER.get(final, final.lower())


def _put(text: str, origins: tuple[int, ...], old: str, new: str) -> tuple[str, tuple[int, ...]]:
    """Replace a word everywhere, and say where its letters come from."""
    pieces, kept, at = text.split(old), list[int](), 0
    for index, piece in enumerate(pieces):
        if index:
            kept += [origins[at]] * len(new)
            at += len(old)
        kept += origins[at : at + len(piece)]
        at += len(piece)
    return new.join(pieces), (*kept, origins[-1])


def _rows(path: Path | None) -> Iterator[tuple[str, dict[str, str]]]:
    """The objects of a file with a place to complain about; blank lines hold none."""
    if path is None:
        return
    try:
        with path.open("rb") as file:
            for number in range(1, MOST_ROWS + 2):
                if not (line := file.readline(LONGEST_LINE + 1)):
                    return
                where = f"{path}, line {number}"
                if number > MOST_ROWS:
                    raise BadSetting(f"{where}: at most {MOST_ROWS} lines; split the file")
                if line.strip():
                    yield where, _object(where, line)
    except OSError as error:
        raise BadSetting(f"{path} cannot be read ({error.strerror}); check the path") from error


def _object(where: str, line: bytes) -> dict[str, str]:
    if len(line) > LONGEST_LINE:
        raise BadSetting(f"{where}: a line has at most {LONGEST_LINE} bytes; shorten it")
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        raise BadSetting(f"{where}: not JSON ({error}); write one object a line") from error
    if not isinstance(row, dict) or not all(isinstance(each, str) for each in row.values()):
        raise BadSetting(f"{where}: write an object whose values are all text")
    return row


def _checked(where: str, row: dict[str, str]) -> dict[str, str]:
    for word, replacement in row.items():
        bare = _PHONEMES.sub("", replacement)
        if not word or not replacement or "<|" in bare or "|>" in bare:
            example = '{"弦": "<|X|><|IAN2|>"}'
            raise BadSetting(f"{where}: {word!r} has no readable phonemes; write it as {example}")
    return row
