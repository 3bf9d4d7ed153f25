"""Text, whole or still arriving, cut into the clauses that are spoken one after another.

One character is looked at once, with the clause so far behind it and nothing ahead: a mark ends
the clause only when the next character says so. So no cut depends on how the text was split into
pieces, and what is kept is one clause.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_BLOCK = 1024  # a long piece is read in blocks, so that what is kept stays small
_STOPS = "!?;"  # an end, but for what they mean in URLs and code
_FULL_STOPS = "。！？；…｡‼⁇⁈⁉।॥۔؟؛።။។։"  # an end wherever they stand
_LINES = "\n\r\u2028\u2029"
_SOFT = ",，、､،:："
_MARKS = _STOPS + _FULL_STOPS + _LINES + _SOFT + "."
_CLOSING = "」』”’\"')）】》〉〕］]}»"
_READABLE = "%‰°℃℉&@№×÷±√∞≈≠≤≥"  # spoken even where they stand alone, as currency signs are
_GLUE = ".,:'’/-@_%°"  # inside a number or a word these do not end it

# Skin tones, the vowels and final consonants of Hangul, the second halves of surrogate pairs.
_EXTENDING = (range(0x1F3FB, 0x1F400), range(0x1160, 0x1200), range(0xDC00, 0xE000))

_LABEL = re.compile(r"\s*[(（]?(\d{1,3}|[A-Za-z])$")
_LAST_WORD = re.compile(r"(?:[^\W\d_\u3040-\u9fff\uac00-\ud7a3]|\.)+$")
_TITLES = (
    "mr mrs ms dr prof st vs eg ie mt fig gen gov hon lt col sgt capt rev sen rep vol pp cf ca al"
    " approx dept est ed eds univ messrs jan feb apr aug sept oct nov dec ph.d"
)
_NEVER_ENDS = frozenset(_TITLES.split())
_MAY_END = frozenset(["etc", "jr", "sr", "inc", "ltd", "co", "corp", "a.m", "p.m"])


@dataclass(frozen=True, slots=True)
class Clause:
    """What is spoken in one go: `source[start : start + len(text)]`, in code points."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class ClausePlan:
    """How wide clauses are; a Han, kana, Hangul or fullwidth character counts 3, others 1.

    The `first` clause may end at a comma from that width on, so that audio starts early, later
    ones from `soft` on; none is wider than `most`.
    """

    first: int = 36
    soft: int = 120
    most: int = 180

    def __post_init__(self) -> None:
        """Refuse a plan by which no clause could be closed."""
        if not 0 < self.first <= self.soft <= self.most or self.most < 12:
            raise ValueError("a clause plan needs 0 < first <= soft <= most and most >= 12")


class _Kind(NamedTuple):
    """What segmentation needs to know of one character."""

    width: int
    speakable: bool
    wordy: bool  # part of a word or number that is not cut unless it must be
    extends: bool  # drawn together with the character before it
    regional: bool


@lru_cache(maxsize=8192)
def _kind(char: str) -> _Kind:
    category, code = unicodedata.category(char), ord(char)
    wide = unicodedata.east_asian_width(char) in "WFH" and category != "So"
    alone = category[0] in "LN"
    return _Kind(
        width=3 if wide else 1,
        speakable=alone or category == "Sc" or char in _READABLE,
        wordy=alone and (not wide or "\uff10" <= char <= "\uff5a"),
        extends=category in ("Mn", "Mc", "Me", "Cf") or any(code in span for span in _EXTENDING),
        regional=0x1F1E6 <= code <= 0x1F1FF,
    )


def width(text: str) -> int:
    """How wide a text is, as `ClausePlan` counts."""
    return sum(_kind(char).width for char in text)


def speakable(text: str) -> bool:
    """Whether anything in it is said aloud: a letter, a digit, a sign such as % or $."""
    return any(_kind(char).speakable for char in text)


def _abbreviates(word: str) -> bool:
    """Whether a full stop after this word only shortens it: Dr., J., U.S."""
    letters = word.split(".")
    initials = all(len(letter) == 1 for letter in letters) and (len(letters) > 1 or word.isupper())
    return initials or word.lower() in _NEVER_ENDS


class Segmenter:
    """Takes a text in pieces and gives back its clauses as soon as each is complete."""

    def __init__(self, plan: ClausePlan | None = None) -> None:
        self._plan = plan or ClausePlan()
        self._rest = ""  # read, and not yet given back
        self._start = 0  # where the rest stands in the whole text
        self._spoken = False  # a clause was given back before
        self._begin()

    def _begin(self) -> None:
        """Forget the clause that was cut off; the rest is read again from its beginning."""
        self._at = 0  # the next character to look at
        self._width = 0
        self._speakable = False
        self._link = False  # inside of a URL, where marks are letters
        self._flags = 0
        self._mark = ""  # the mark just read, with those that followed it
        self._end = 0  # where its clause would end, with the closing quotes
        self._soft_cut = self._word_cut = self._any_cut = 0

    def feed(self, piece: str) -> list[Clause]:
        """Read on; gives back the clauses that this piece completes."""
        return list(self.read(piece))

    def read(self, piece: str) -> Iterator[Clause]:
        """As `feed`, but each clause at once, with no more read than it needs."""
        for offset in range(0, len(piece), _BLOCK):
            self._rest += piece[offset : offset + _BLOCK]
            yield from self._complete()

    def flush(self) -> list[Clause]:
        """Say what there is: the text ends here, or its writer pauses."""
        return [self._cut(len(self._rest))] if self._speakable else []

    def _complete(self) -> Iterator[Clause]:
        while self._at < len(self._rest):
            char = self._rest[self._at]
            kind = _kind(char)
            cut = self._ending(char)
            if not cut:
                self._note_cuts(char, kind)
                if self._width + kind.width > self._plan.most:
                    cut = self._forced()
            if cut:
                yield self._cut(cut)
            else:
                self._take(char, kind)

    def _cut(self, end: int) -> Clause:
        clause, self._spoken = Clause(self._rest[:end], self._start), True
        self._drop(end)
        return clause

    def _drop(self, end: int) -> None:
        self._rest = self._rest[end:]
        self._start += end
        self._begin()

    def _take(self, char: str, kind: _Kind) -> None:
        """Add the character to the clause."""
        self._at += 1
        self._width += kind.width
        self._speakable = self._speakable or kind.speakable
        self._flags = self._flags + 1 if kind.regional else 0
        if char.isspace() or kind.width == 3:
            self._link = False
        elif char == "/" and self._rest.endswith("://", 0, self._at):
            self._link = True
        self._mark_with(char)
        if not self._speakable and self._width > min(self._plan.first, self._plan.most // 2):
            self._drop(self._at)  # nothing to say and no neighbour near: not kept for ever

    def _mark_with(self, char: str) -> None:
        """Keep the mark that may end the clause, with the marks and closing quotes after it."""
        if self._mark and self._end == self._at - 1 and self._sticks(char):
            self._mark += char if char in _MARKS else ""
            self._end = self._at
        elif char in _MARKS:
            self._mark, self._end = char, self._at
        elif not char.isspace():
            self._mark = ""

    # --- where the marks end a clause --------------------------------------------------------

    def _sticks(self, char: str) -> bool:
        """Whether `char`, next to the mark, belongs to it; what opens a line does not."""
        if self._mark[-1] in _LINES:
            return char in _LINES
        return char in _CLOSING or char in _MARKS or _kind(char).extends

    def _ending(self, char: str) -> int:
        """Where the clause ends, now that `char` is known to follow its mark; 0 when nowhere."""
        if not self._mark or not self._speakable:
            return 0
        if (adjacent := self._end == self._at) and self._sticks(char):
            return 0
        if self._ends_hard(char, adjacent):
            return self._end
        if not char.isspace():
            softly, self._mark = self._mark if adjacent else "", ""
            return self._end if softly and self._ends_softly(softly, char) else 0
        return self._end if adjacent and self._ends_softly(self._mark, char) else 0

    def _ends_hard(self, char: str, adjacent: bool) -> bool:
        if any(mark in _FULL_STOPS + _LINES for mark in self._mark):
            return True
        if adjacent and self._link and not char.isspace() and _kind(char).width == 1:
            return False
        if any(mark in _STOPS for mark in self._mark):
            return char != "="
        dots = self._mark.endswith(".")
        return dots and ("..." in self._mark or self._dot_ends(char, adjacent))

    def _dot_ends(self, char: str, adjacent: bool) -> bool:
        """Whether a full stop is one, now that `char` follows it, next to it or after spaces."""
        before = self._rest[max(0, self._end - 24) : self._end].rstrip(_CLOSING).rstrip(".")
        if adjacent and not char.isspace():
            closed = self._rest[self._end - 1] in _CLOSING
            return closed or all(_kind(each).width == 3 for each in (before[-1:] or " ") + char)
        found = _LAST_WORD.search(before)
        word = found[0].strip(".") if found else ""
        if word.lower() == "no":
            return not char.isspace() and not char.isdigit()
        if word.lower() in _MAY_END:
            return char.isupper() or (char.isalpha() and _kind(char).width == 3)
        label = self._end <= 6 and _LABEL.match(before)
        return not (label or _abbreviates(word))

    def _ends_softly(self, mark: str, char: str) -> bool:
        """Whether a comma or colon is one, and the clause wide enough to pause at it."""
        if mark[-1] not in _SOFT or not self._parts(mark[-1], char):
            return False
        self._soft_cut = self._end
        return self._width >= (self._plan.soft if self._spoken else self._plan.first)

    def _parts(self, mark: str, char: str) -> bool:
        """Whether the mark parts what stands around it, unlike those of 1,000 and 3:30 and a:b."""
        if mark in ",:":
            closed = self._rest[self._end - 1] in _CLOSING
            return closed or char.isspace() or _kind(char).width == 3
        before = self._rest[self._end - 2 : self._end - 1]
        return mark == "、" or not (char.isdigit() and before.isdigit())

    # --- where a clause that is too wide is cut ----------------------------------------------

    def _note_cuts(self, char: str, kind: _Kind) -> None:
        """Remember this place if the clause could be cut before `char`."""
        if not self._speakable or kind.extends or (kind.regional and self._flags % 2):
            return
        last = self._rest[self._at - 1]
        if last == "\u200d":  # joins two emoji into one
            return
        self._any_cut = self._at
        if last.isspace() and not char.isspace():
            self._soft_cut = self._at
        if not self._inside_word(last, char, kind):
            self._word_cut = self._at

    def _inside_word(self, last: str, char: str, kind: _Kind) -> bool:
        if char.isspace() or last.isspace():
            return char.isspace()
        if char in _CLOSING or char in _MARKS:
            return True
        before = _kind(last).wordy or unicodedata.category(last)[0] == "M"
        if kind.wordy:
            glued = last in _GLUE and self._at > 1 and _kind(self._rest[self._at - 2]).wordy
            return before or glued or last in "-−+$€£¥￥"
        return before and char in _GLUE

    def _forced(self) -> int:
        """The best place left: a space or comma, unless far back; between words; anywhere."""
        if width(self._rest[: self._soft_cut]) * 2 >= self._plan.most:
            return self._soft_cut
        return self._word_cut or self._soft_cut or self._any_cut or self._at
