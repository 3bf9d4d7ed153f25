"""What a writer may mark inside a text: how a word is said, moods, and pauses.

Inline: `[[重|chong2]]庆`, `[[GIF|jif]]`: the word as written, then as spoken.
`[[style:happy 0.7]]` begins a mood, with its strength if it has one, and `[[style:]]` ends it.
Text that begins with `<speak` is SSML (`ssml.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from antiphon.text.moods import known_mood
from antiphon.text.pronunciation import spelled

LONGEST = 200  # a mark that is not closed within so many characters is ordinary text
MOST_IGNORED = 16
_MARK = re.compile(
    r"\[\[(?:([^\[\]|]{1,100})\|([^\[\]|]{1,100})|style[:：](?P<style>[^\[\]|]{0,100}))\]\]"
)
_STYLE = re.compile(r"\s*(?P<name>[^\d.]*?)\s*(?P<strength>[\d.]{1,8})?\s*")
_OPENING = re.compile(rf"\[(?:\[[^\[\]]{{0,{LONGEST}}}\]?)?$")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a stretch is said, over the style of the whole.

    `pace` multiplies, `pitch` adds semitones, `energy` adds decibels; `emotion` and `strength`
    stand for those of the whole where they are given.
    """

    pace: float = 1.0
    pitch: float = 0.0
    energy: float = 0.0
    language: str | None = None
    emotion: str | None = None
    strength: float | None = None


PLAIN = Manner()


@dataclass(frozen=True, slots=True)
class Said:
    """Text to be spoken, and the `source[start:end]` that it stands for.

    Where both are of one length it stands letter for letter, else as a whole.
    """

    text: str
    start: int
    end: int
    manner: Manner = PLAIN

    def parts(self, length: int) -> Iterator[Said]:
        """The same in parts of so many letters, where it stands letter for letter."""
        if len(self.text) <= length or len(self.text) != self.end - self.start:
            yield self
            return
        for at in range(0, len(self.text), length):
            part = self.text[at : at + length]
            start = self.start + at
            yield Said(part, start, start + len(part), self.manner)


@dataclass(frozen=True, slots=True)
class Break:
    """A pause; of no length it only ends the clause."""

    seconds: float = 0.0


class Inline:
    """Reads inline marks in text that arrives in pieces, however it was cut.

    `ignored` lists the styles that were passed over so far.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._start = 0
        self._manner = PLAIN
        self._ignored: dict[str, None] = {}

    @property
    def ignored(self) -> tuple[str, ...]:
        """As `style purple`, each once."""
        return tuple(self._ignored)

    def feed(self, piece: str) -> list[Said]:
        """What is certain by now; an open mark waits for its end."""
        self._rest += piece
        opening = _OPENING.search(self._rest, max(0, len(self._rest) - LONGEST - 4))
        return self._take(opening.start() if opening else len(self._rest))

    def flush(self) -> list[Said]:
        """The rest; a mark that was never closed is ordinary text."""
        return self._take(len(self._rest))

    def _take(self, count: int) -> list[Said]:
        text, self._rest = self._rest[:count], self._rest[count:]
        offset, self._start = self._start, self._start + count
        said, at = [], 0
        for mark in _MARK.finditer(text):
            if mark.start() > at:
                said.append(self._literal(text[at : mark.start()], offset + at))
            at = mark.end()
            if mark["style"] is not None:
                self._turn(mark["style"])
                continue
            start, end = offset + mark.start(1), offset + mark.end(1)
            said.append(Said(spelled(mark[1], mark[2]), start, end, self._manner))
        if at < len(text):
            said.append(self._literal(text[at:], offset + at))
        return said

    def _turn(self, asked: str) -> None:
        """Take up a style; one that is not known changes nothing."""
        named = _STYLE.fullmatch(asked)
        name = named["name"] if named else asked
        if not name:
            self._manner = PLAIN
        elif (mood := known_mood(name)) is None:
            if len(self._ignored) < MOST_IGNORED:
                self._ignored[f"style {' '.join(asked.split())}"] = None
        else:
            self._manner = replace(PLAIN, emotion=mood, strength=_strength(named))

    def _literal(self, text: str, start: int) -> Said:
        return Said(text, start, start + len(text), self._manner)


def _strength(named: re.Match[str] | None) -> float | None:
    """From 0 to 1, or that of the whole where none is written that can be read."""
    try:
        return min(1.0, float(named["strength"])) if named and named["strength"] else None
    except ValueError:
        return None
