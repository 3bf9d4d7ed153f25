"""A text in the order in which it is read out: phrases, each with its manner, and pauses."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import anyio.lowlevel
import anyio.to_thread

from antiphon.text import ssml
from antiphon.text.check import check_characters
from antiphon.text.markup import PLAIN, Break, Inline, Manner, Said
from antiphon.text.segmentation import ClausePlan, Segmenter

BLOCK = 512  # characters between two turns of the event loop; they take about a millisecond


class _Piece(NamedTuple):
    """`length` letters of what is said, from `at` on, stand for `source[start:end]`."""

    at: int
    length: int
    start: int
    end: int

    @property
    def literal(self) -> bool:
        return self.length == self.end - self.start


@dataclass(frozen=True, slots=True)
class Phrase:
    """A clause to be spoken in one go, and where its letters come from."""

    text: str
    manner: Manner
    pieces: tuple[_Piece, ...]

    def span(self, first: int, after: int) -> tuple[int, int]:
        """Where in the source `text[first:after]` stands; what was said instead stands whole."""
        began = self._holding(first)
        ended = self._holding(max(first, after - 1))
        start = began.start + (first - began.at if began.literal else 0)
        end = ended.start + (after - ended.at) if ended.literal else ended.end
        return start, max(start, end)

    @property
    def decided(self) -> tuple[tuple[int, int], ...]:
        """The stretches of `text` that a mark of the writer's put there."""
        return tuple(
            (max(0, each.at), each.at + each.length) for each in self.pieces if not each.literal
        )

    def _holding(self, index: int) -> _Piece:
        held = self.pieces[0]
        for piece in self.pieces:
            if piece.at > index:
                break
            held = piece
        return held


class Reading:
    """Reads one text, whole or arriving; `ignored` lists the markup that was passed over."""

    def __init__(self, text: str | AsyncIterable[str], plan: ClausePlan | None = None) -> None:
        self._text = text
        self._segmenter = Segmenter(plan)
        self._manner = PLAIN
        self._fed = 0
        self._pieces: deque[_Piece] = deque()
        self._inline = Inline()
        self._passed_over: tuple[str, ...] = ()

    @property
    def ignored(self) -> tuple[str, ...]:
        """The markup that was passed over so far."""
        return self._passed_over or self._inline.ignored

    async def out(self) -> AsyncGenerator[Phrase | Break, None]:
        """Phrase after phrase, each as soon as it is complete; raises `InvalidRequest`."""
        async for item in self._items():
            if isinstance(item, Said):
                for part in item.parts(BLOCK):
                    await anyio.lowlevel.checkpoint()  # a long text is not everybody's wait
                    for phrase in self._say(part):
                        yield phrase
                continue
            for phrase in self._flush():
                yield phrase
            if item.seconds:
                yield item
        for phrase in self._flush():
            yield phrase

    async def _items(self) -> AsyncGenerator[Said | Break, None]:
        inline = self._inline
        if not isinstance(self._text, str):
            async for piece in self._text:
                check_characters(piece)
                for said in inline.feed(piece) if piece else inline.flush():
                    yield said
                if not piece:
                    yield Break()
        elif ssml.is_ssml(self._text):
            items, self._passed_over = await anyio.to_thread.run_sync(ssml.read, self._text)
            for item in items:
                yield item
        else:
            for said in inline.feed(self._text):
                yield said
        for said in inline.flush():
            yield said

    def _say(self, said: Said) -> Iterator[Phrase]:
        if said.manner != self._manner:
            yield from self._flush()
            self._manner = said.manner
        self._pieces.append(_Piece(self._fed, len(said.text), said.start, said.end))
        self._fed += len(said.text)
        for clause in self._segmenter.read(said.text):
            yield self._phrase(clause.text, clause.start)

    def _flush(self) -> Iterator[Phrase]:
        for clause in self._segmenter.flush():
            yield self._phrase(clause.text, clause.start)

    def _phrase(self, text: str, start: int) -> Phrase:
        while self._pieces and self._pieces[0].at + self._pieces[0].length <= start:
            self._pieces.popleft()
        inside = (piece for piece in self._pieces if piece.at < start + len(text))
        pieces = tuple(piece._replace(at=piece.at - start) for piece in inside)
        return Phrase(text, self._manner, pieces)
