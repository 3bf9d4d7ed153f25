"""Words said as a caller tells: found in a text, and told to an engine that takes only text.

The longest word counts, from the left. A word of letters is found whole: `cat` is not in `catalog`.
One written in lower case is found in any case, another only as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from antiphon.text.homophones import homophones
from antiphon.text.lexicon import tones
from antiphon.text.normalization import Spoken, unchanged
from antiphon.text.pronunciation import is_reading, spelled

Pair = tuple[str, str]
# Letters that join into words; those of scripts written without spaces do not.
_JOINS = re.compile(
    r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff]"
)

_KEPT = "\0"


class Found(NamedTuple):
    """`text[start:end]` is to be said as the pair tells."""

    start: int
    end: int
    pair: Pair

    @property
    def is_reading(self) -> bool:
        """Whether it tells how characters are read, not what is written in their place."""
        return is_reading(*self.pair)


class Pronouncer:
    """Finds the words of pairs (as written, as spoken); of two for one word the first counts."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self._pairs = dict[str, Pair]()
        lengths = dict[str, set[int]]()
        for pair in pairs:
            self._pairs.setdefault(pair[0], pair)
            lengths.setdefault(folded(pair[0][:2]), set()).add(len(pair[0]))
        self._lengths = {key: sorted(each, reverse=True) for key, each in lengths.items()}

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def found(
        self, text: str, start: int = 0, end: int | None = None, low: str | None = None
    ) -> Iterator[Found]:
        """The words in a part of the text, from the left, the longest first.

        Who looks at many parts gives the whole text in lower case, as `folded` makes it.
        """
        low = folded(text) if low is None else low
        at, end = start, len(text) if end is None else end
        while at < end:
            found = next(self._at(text, low, at, end), None)
            if found is not None:
                yield found
            at = found.end if found else at + 1

    def present(self, text: str) -> Iterator[Pair]:
        """Every pair whose word is somewhere in the text, inside a longer one too."""
        low, end = folded(text), len(text)
        for at in range(end):
            for found in self._at(text, low, at, end):
                yield found.pair

    def used(self, text: str) -> tuple[Pair, ...]:
        """The pairs whose words are in the text, each once, the same for any order of the pairs."""
        return tuple(sorted({found.pair for found in self.found(text)})) if self._pairs else ()

    def _at(self, text: str, low: str, at: int, end: int) -> Iterator[Found]:
        """The words that begin there, the longest first; `low` is the text in lower case."""
        lengths = self._lengths.get(low[at : at + 2], ())
        if len(low[at : at + 2]) == 2 and (single := self._lengths.get(low[at])):
            lengths = [*lengths, *single]
        for length in lengths:
            after = at + length
            if after > end:
                continue
            pair = self._pairs.get(text[at:after]) or self._pairs.get(low[at:after])
            if pair and _whole(text, at, after):
                yield Found(at, after, pair)


@dataclass(frozen=True, slots=True)
class Told:
    """A text with what is written in place of some words, and the readings of others.

    `found` holds places in the source; `spoken` is given to the normalizer.
    """

    spoken: Spoken
    readings: tuple[Found, ...] = ()

    @classmethod
    def of(cls, text: str, pronouncer: Pronouncer, fixed: Sequence[tuple[int, int]] = ()) -> Told:
        """What is told of a text; what stands in `fixed` was decided by its writer."""
        if not pronouncer:
            return cls(unchanged(text))
        found = [
            one
            for start, end in _between(fixed, len(text))
            for one in pronouncer.found(text, start, end)
        ]
        if not found:
            return cls(unchanged(text))
        instead = [(one.start, one.end, one.pair[1]) for one in found if not one.is_reading]
        return cls(_put(unchanged(text), instead), tuple(one for one in found if one.is_reading))

    def said(self, normalized: Spoken, respell: bool) -> Spoken:
        """What is spoken, after normalization, with the readings written as homophones if so."""
        origins = self.spoken.origins
        spoken = Spoken(normalized.text, tuple(origins[place] for place in normalized.origins))
        if not (respell and self.readings):
            return spoken
        return _put(spoken, [(one.start, one.end, _alike(one.pair)) for one in self.readings])


def _put(text: Spoken, instead: Iterable[tuple[int, int, str]]) -> Spoken:
    """The text with other words for stretches of its source; a stretch that is gone stays so."""
    pieces, origins, at = list[str](), list[int](), 0
    for start, end, said in instead:
        first = at
        while first < len(text.text) and text.origins[first] < start:
            first += 1
        after = first
        while after < len(text.text) and text.origins[after] < end:
            after += 1
        if after == first or not said:
            continue
        together = len(said) == end - start == after - first
        if together:
            said = "".join(map(_or_kept, said, text.text[first:after]))
        pieces += [text.text[at:first], said]
        origins += text.origins[at:first]
        origins += range(start, end) if together else [start] * len(said)
        at = after
    pieces.append(text.text[at:])
    return Spoken("".join(pieces), (*origins, *text.origins[at:]))


def _or_kept(said: str, there: str) -> str:
    return there if said == _KEPT else said


def _alike(pair: Pair) -> str:
    """Characters that are read as the pair tells, or nothing where there are none.

    What it tells nothing of is kept as it is, when the pair is one for one.
    """
    written, spoken = pair
    if "<|" not in spoken:
        said = spelled(written, spoken)
    else:
        said = "".join(homophones().get(one, one) for one in tones(spoken))
    if any(letter.isascii() for letter in said):
        return ""
    if len(said) != len(written):
        return said
    return "".join(_KEPT if one == there else one for one, there in zip(said, written, strict=True))


def _between(fixed: Sequence[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    at = 0
    for start, end in fixed:
        yield at, start
        at = end
    yield at, length


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no letter that joins stands at either side of one that does."""
    before = start > 0 and _JOINS.match(text[start]) and _JOINS.match(text[start - 1])
    after = end < len(text) and _JOINS.match(text[end - 1]) and _JOINS.match(text[end])
    return not (before or after)


def folded(text: str) -> str:
    """In lower case, letter for letter."""
    if text.isascii() or len(text.lower()) == len(text):
        return text.lower()
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
