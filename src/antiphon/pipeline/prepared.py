"""A phrase made ready to be spoken, and the way back from its words to the writer's."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from antiphon.speech import Mark
from antiphon.text.normalization import Spoken
from antiphon.text.reading import Phrase
from antiphon.text.segmentation import ClausePlan, Segmenter, width


@dataclass(frozen=True, slots=True)
class Prepared:
    """A phrase as written, as it will be spoken, and the readings left to the engine."""

    phrase: Phrase
    spoken: Spoken
    pronunciations: tuple[tuple[str, str], ...] = ()

    @property
    def characters(self) -> int:
        """How many written characters this says."""
        return self.spoken.origins[-1] - self.spoken.origins[0]

    def parts(self, plan: ClausePlan) -> Iterator[Prepared]:
        """The same in clauses that an engine can hold: twelve amounts of money grow tenfold."""
        if width(self.spoken.text) <= plan.most:
            yield self
            return
        segmenter = Segmenter(plan)
        for clause in [*segmenter.read(self.spoken.text), *segmenter.flush()]:
            origins = self.spoken.origins[clause.start : clause.start + len(clause.text) + 1]
            yield replace(self, spoken=Spoken(clause.text, origins))

    def written(self, mark: Mark) -> tuple[int, int]:
        """Where the word of a mark stands in the source; a number stands there whole."""
        source, origins = self.phrase.text, self.spoken.origins
        last = len(self.spoken.text)
        first = min(mark.start, last)
        after = min(max(mark.end, first + 1), last)
        while after < last and origins[after] == origins[after - 1]:
            after += 1
        start, end = origins[first], origins[after]
        while start < end and _silent(source[start]):
            start += 1
        while end > start and _silent(source[end - 1]):
            end -= 1
        return self.phrase.span(start, end)


def _silent(character: str) -> bool:
    """Whether it is a space or a picture, which belong to no word."""
    return character.isspace() or unicodedata.category(character) in ("So", "Cf")
