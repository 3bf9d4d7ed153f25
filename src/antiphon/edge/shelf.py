"""Keeps encoded answers, so that the same question again needs neither engine nor encoder."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from antiphon.edge.envelopes import Usage, Word
from antiphon.speech import Started

LIMIT_BYTES = 32 * 1024 * 1024
SHARE = 8  # no answer takes more than one part in so many
SLICE_BYTES = 16 * 1024  # in base64 still a line that every client's reader takes
OBJECT_BYTES = 128  # about what a slice or a word takes beside its data


@dataclass(frozen=True, slots=True)
class Slice:
    """Encoded audio, the words that begin about here, and where in the audio it ends."""

    data: bytes
    words: tuple[Word, ...]
    until_s: float

    @property
    def cost_bytes(self) -> int:
        """What it takes in memory."""
        return len(self.data) + OBJECT_BYTES * (1 + len(self.words))


@dataclass(frozen=True, slots=True)
class Key:
    """Which sound, in which format, at which rate; and the recordings that it was made from.

    Each owner has their own answers: a repeat tells nobody what others had spoken.
    """

    digest: str
    format: str
    rate: int
    recordings: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """One whole answer: its audio and what is said about it."""

    slices: tuple[Slice, ...]
    started: Started
    usage: Usage
    reason: str

    @property
    def cost_bytes(self) -> int:
        """What it takes in memory."""
        return sum(each.cost_bytes for each in self.slices)


class Shelf:
    """Whole answers, the least lately used going first; drafts count while they are written."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.held_bytes = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._drafts: set[Draft] = set()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Key | None) -> Kept | None:
        """The answer kept under this key, if it is still here."""
        if key is None or key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    @contextmanager
    def draft(self, key: Key | None) -> Iterator[Draft]:
        """Note an answer while it is given; leaving forgets what was not kept; no key, no notes."""
        draft = Draft(self, key)
        self._drafts.add(draft)
        try:
            yield draft
        finally:
            self._drafts.discard(draft)
            draft.forget()

    def forget(self, recording: str) -> None:
        """Drop every answer that was made from a recording, whole or still being given."""
        for key in [each for each in self._kept if recording in each.recordings]:
            self.held_bytes -= self._kept.pop(key).cost_bytes
        for draft in self._drafts:
            if draft.key is not None and recording in draft.key.recordings:
                draft.forget()

    def make_room(self, cost_bytes: int) -> bool:
        """Whether so much more may be held, forgetting older answers for it."""
        while self._kept and self.held_bytes + cost_bytes > self.limit_bytes:
            self.held_bytes -= self._kept.popitem(last=False)[1].cost_bytes
        if self.held_bytes + cost_bytes > self.limit_bytes:
            return False
        self.held_bytes += cost_bytes
        return True

    def put(self, key: Key, kept: Kept) -> None:
        """Keep an answer, in the place of an equal one."""
        if (before := self._kept.pop(key, None)) is not None:
            self.held_bytes -= before.cost_bytes
        if self.make_room(kept.cost_bytes):
            self._kept[key] = kept


class Draft:
    """An answer that is being given: it gives itself up once it is too large to be kept."""

    def __init__(self, shelf: Shelf, key: Key | None) -> None:
        self._shelf, self.key = shelf, key
        self._slices: list[Slice] = []
        self._cost_bytes = 0

    def add(self, piece: Slice) -> None:
        """Note what is sent."""
        if self.key is None:
            return
        cost = piece.cost_bytes
        small = (self._cost_bytes + cost) * SHARE <= self._shelf.limit_bytes
        if not small or not self._shelf.make_room(cost):
            self.forget()
            return
        self._cost_bytes += cost
        self._slices.append(piece)

    def keep(self, started: Started, usage: Usage, reason: str) -> None:
        """It is whole: put it on the shelf."""
        key, slices = self.key, joined(self._slices)
        self.forget()
        if key is not None and slices:
            self._shelf.put(key, Kept(slices, started, usage, reason))

    def forget(self) -> None:
        """Give the room back, and note no more."""
        self._shelf.held_bytes -= self._cost_bytes
        self.key, self._slices, self._cost_bytes = None, [], 0


def joined(pieces: Sequence[Slice]) -> tuple[Slice, ...]:
    """The same audio in fewer slices."""
    groups: list[list[Slice]] = []
    filled = 0
    for piece in pieces:
        filled += len(piece.data)
        if filled > SLICE_BYTES or not groups:
            groups.append([])
            filled = len(piece.data)
        groups[-1].append(piece)
    return tuple(map(_as_one, groups))


def _as_one(group: Sequence[Slice]) -> Slice:
    data = b"".join(each.data for each in group)
    words = tuple(word for each in group for word in each.words)
    return Slice(data, words, group[-1].until_s)
