"""Pronunciation dictionaries: their rows, their versions, and which of several counts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import msgspec

from antiphon.text.check import UNSPEAKABLE
from antiphon.text.homophones import homophones
from antiphon.text.lexicon import tones
from antiphon.text.polyphones import HAN
from antiphon.text.pronouncing import Found, Pair, Pronouncer, folded
from antiphon.text.pronunciation import is_reading, syllables

MOST_ROWS = 10_000
MOST_REASONS = 16  # that are told of one word
LONGEST_WORD, LONGEST_SAID = 60, 200
_IPA = re.compile("[ˈˌːəɪʊʃʒɹɾʔɡɑɔɛʌɐɜŋθ]|^/.+/$")
_LIKE_PINYIN = re.compile(r"(?:[a-zü:]+[0-9][\s'’·-]*)+", re.IGNORECASE)
_TOKENS = re.compile(r"<\|[A-Z]{1,6}[1-5]?\|>")


@dataclass(frozen=True)
class Dictionary:
    """Words and how they are said, each word once; equal rows are one version.

    Not slotted: what finds its words is made once and kept beside it.
    """

    name: str
    rows: tuple[Pair, ...]

    @cached_property
    def version(self) -> str:
        """16 hex digits over the rows, in whatever order they are."""
        return hashlib.sha256(msgspec.msgpack.encode(sorted(self.rows))).hexdigest()[:16]

    @cached_property
    def pronouncer(self) -> Pronouncer:
        """Finds its words in a text."""
        return Pronouncer(self.rows)

    @cached_property
    def sayings(self) -> dict[str, str]:
        """Each word with how it is said."""
        return dict(self.rows)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a row asks for that the voices which take only text cannot say."""
        return tuple(note for row in self.rows if (note := _note(*row)))

    def edited(self, put: Iterable[Pair], remove: Iterable[str] = ()) -> Dictionary:
        """The same with some rows added or said otherwise, and some removed."""
        gone, rows = set(remove), dict(self.rows)
        rows |= dict(put)
        return Dictionary(self.name, tuple(row for row in rows.items() if row[0] not in gone))


class Difference(NamedTuple):
    """What a later version has that an earlier one has not; a change holds both sayings."""

    added: tuple[Pair, ...]
    removed: tuple[Pair, ...]
    changed: tuple[tuple[str, str, str], ...]


def difference(before: Iterable[Pair], after: Iterable[Pair]) -> Difference:
    """Between two versions, in the order of the words."""
    old, new = dict(before), dict(after)
    return Difference(
        tuple((word, new[word]) for word in sorted(new.keys() - old.keys())),
        tuple((word, old[word]) for word in sorted(old.keys() - new.keys())),
        tuple(
            (word, old[word], new[word])
            for word in sorted(old.keys() & new.keys())
            if old[word] != new[word]
        ),
    )


class Explained(NamedTuple):
    """One word of a text: how it is said, who says so, and who says otherwise."""

    start: int
    end: int
    word: str
    say: str
    source: str
    why: str


def applied(text: str | None, sources: Sequence[Dictionary]) -> tuple[Pair, ...]:
    """The pairs that count for a text, None for any: of two for one word the earlier source's."""
    rows = dict[str, Pair]()
    for source in sources:
        for pair in source.rows if text is None else source.pronouncer.present(text):
            rows.setdefault(pair[0], pair)
    return tuple(rows.values()) if text is None else Pronouncer(rows.values()).used(text)


def explained(text: str, sources: Sequence[Dictionary]) -> tuple[Explained, ...]:
    """How each word of a text is said that a dictionary knows, and why so."""
    counts, low = Pronouncer(applied(text, sources)), folded(text)
    return tuple(_explained(text, low, found, sources) for found in counts.found(text))


def _explained(text: str, low: str, found: Found, sources: Sequence[Dictionary]) -> Explained:
    word, say = found.pair
    winner = next(each.name for each in sources if each.sayings.get(word) == say)
    reasons = dict.fromkeys(islice(_reasons(text, low, found, winner, sources), MOST_REASONS))
    why = "; ".join(reasons) or "nothing else says otherwise"
    return Explained(found.start, found.end, word, say, winner, why)


def _reasons(
    text: str, low: str, found: Found, winner: str, sources: Sequence[Dictionary]
) -> Iterator[str]:
    word, say = found.pair
    for source in sources:
        rival = source.sayings.get(word, say)
        if rival != say:
            yield f"{source.name!r} says {rival!r}, but {winner!r} comes first"
        for one in source.pronouncer.found(text, found.start, found.end, low):
            if one.pair[0] != word and one.end - one.start < len(word):
                yield f"{one.pair[0]!r} of {source.name!r} is shorter"


def mistake(word: str, said: str) -> str | None:
    """What is wrong with a row and what to write instead, or None."""
    if not re.search(r"\w", word):
        return "the word is empty; write the word as it stands in texts"
    if len(word) > LONGEST_WORD or len(said) > LONGEST_SAID:
        return f"a word has at most {LONGEST_WORD} characters, its saying {LONGEST_SAID}"
    if UNSPEAKABLE.search(word + said) or re.search(r"[\[\]\n\r]", word + said):
        return f"{word!r} holds a bracket, a line break or a control character; remove it"
    if not re.search(r"\w", said):
        return f"{word!r} has no saying; write how it sounds, or leave the line out"
    bare = _TOKENS.sub("", said)
    if "<|" in bare or "|>" in bare:
        return f"{word!r} has no readable phonemes; write them as <|X|><|IAN2|>"
    return _misspelled(word, said)


def _misspelled(word: str, said: str) -> str | None:
    if "<|" not in said and _IPA.search(said):
        return f"{word!r} is said in IPA, which no voice here reads; write pinyin or a respelling"
    characters = re.findall(f"[{HAN}]", word)
    if not characters or "<|" in said:
        return None
    read = syllables(said)
    if not read and _LIKE_PINYIN.fullmatch(said.strip()):
        return f"{said!r} is no pinyin; write syllables with tones 1 to 5, such as chong2 qing4"
    if read and len(read) != len(characters):
        return (
            f"{word!r} has {len(characters)} characters and {said!r} {len(read)} syllables;"
            " write one syllable for each"
        )
    return None


def _note(word: str, said: str) -> str | None:
    if not is_reading(word, said):
        return None
    read = tones(said) if "<|" in said else syllables(said)
    lost = [one for one in read if one.isascii() and one not in homophones()]
    lost = [one for one in lost if one[-1] != "5"]  # nearly all neutral tones are left to the voice
    if not lost:
        return None
    return (
        f"{word!r}: no common character is read {' or '.join(lost)}; a voice that takes only text"
        " says the written one"
    )
