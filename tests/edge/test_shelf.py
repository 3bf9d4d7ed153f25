"""What is kept, what is not, and what must go when room is short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.edge.envelopes import Usage, Word
from antiphon.edge.shelf import OBJECT_BYTES, SHARE, SLICE_BYTES, Key, Shelf, Slice, joined
from antiphon.speech import Started

STARTED = Started("counting", "counting-1", 24_000)
USAGE = Usage.of(4, 0.2)
ANSWER_BYTES = 1_000 + OBJECT_BYTES
ROOMY = SHARE * ANSWER_BYTES


def key(name: str) -> Key:
    """The sound of that name, as MP3."""
    return Key(name, "mp3", 24_000)


def keep(shelf: Shelf, name: str, data: bytes = bytes(1_000)) -> None:
    """Give an answer to its end."""
    with shelf.draft(key(name)) as draft:
        draft.add(Slice(data, (), 0.2))
        draft.keep(STARTED, USAGE, "complete")


def test_what_was_kept_is_found_with_all_that_was_said_of_it() -> None:
    """Audio, words, usage, reason and the list of what was ignored."""
    shelf, word = Shelf(), Word(0, 4, 0.0)
    with shelf.draft(key("a")) as draft:
        draft.add(Slice(b"one", (word,), 0.1))
        draft.add(Slice(b"two", (), 0.2))
        draft.keep(replace(STARTED, ignored=("pitch",)), USAGE, "complete")
    kept = shelf.find(key("a"))
    assert kept is not None
    assert kept.slices == (Slice(b"onetwo", (word,), 0.2),)
    assert (kept.started.ignored, kept.usage, kept.reason) == (("pitch",), USAGE, "complete")


@pytest.mark.parametrize(
    "other", [Key("b", "mp3", 24_000), Key("a", "opus", 24_000), Key("a", "mp3", 48_000)]
)
def test_another_sound_format_or_rate_is_another_answer(other: Key) -> None:
    """Each part of the key counts."""
    shelf = Shelf()
    keep(shelf, "a")
    assert shelf.find(other) is None


def test_a_draft_that_is_left_is_forgotten() -> None:
    """Its room is free again, and nothing can be found of it."""
    shelf = Shelf()
    with shelf.draft(key("a")) as draft:
        draft.add(Slice(bytes(1_000), (), 0.2))
        assert shelf.held_bytes == ANSWER_BYTES
    assert (shelf.held_bytes, len(shelf), shelf.find(key("a"))) == (0, 0, None)


def test_without_a_key_nothing_is_noted() -> None:
    """Whoever wants no copy leaves none."""
    shelf = Shelf()
    with shelf.draft(None) as draft:
        draft.add(Slice(bytes(1_000), (), 0.2))
        assert shelf.held_bytes == 0
        draft.keep(STARTED, USAGE, "complete")
    assert (shelf.held_bytes, len(shelf), shelf.find(None)) == (0, 0, None)


def test_the_least_lately_used_goes_first() -> None:
    """Finding is using."""
    shelf = Shelf(ROOMY)
    for index in range(SHARE):
        keep(shelf, str(index))
    assert shelf.find(key("0")) is not None
    keep(shelf, "new")
    assert shelf.find(key("1")) is None
    assert shelf.find(key("0")) is not None
    assert len(shelf) == SHARE


def test_an_answer_too_large_for_its_share_is_given_up() -> None:
    """One byte more than an eighth is not kept, and drives nothing else out."""
    shelf = Shelf(ROOMY)
    keep(shelf, "fits")
    keep(shelf, "large", bytes(1_001))
    assert shelf.find(key("large")) is None
    assert shelf.find(key("fits")) is not None
    assert shelf.held_bytes == ANSWER_BYTES


def test_drafts_share_the_room_with_what_is_kept() -> None:
    """However many listeners there are at once, the limit holds."""
    shelf = Shelf(ROOMY)
    keep(shelf, "old")
    drafts = [shelf.draft(key(str(index))) for index in range(SHARE + 1)]
    opened = [draft.__enter__() for draft in drafts]
    for draft in opened:
        draft.add(Slice(bytes(1_000), (), 0.2))
        assert shelf.held_bytes <= ROOMY
    assert shelf.find(key("old")) is None
    for draft in opened:
        draft.keep(STARTED, USAGE, "complete")
    for context in drafts:
        context.__exit__(None, None, None)
    assert len(shelf) == SHARE
    assert shelf.held_bytes == ROOMY


def test_the_same_answer_twice_takes_its_room_once() -> None:
    """Two listeners who asked at the same moment both write it down."""
    shelf = Shelf()
    with shelf.draft(key("a")) as one, shelf.draft(key("a")) as other:
        for draft in (one, other):
            draft.add(Slice(bytes(1_000), (), 0.2))
            draft.keep(STARTED, USAGE, "complete")
    assert (len(shelf), shelf.held_bytes) == (1, ANSWER_BYTES)


def test_a_shelf_of_no_bytes_keeps_nothing() -> None:
    """Which is how it is turned off."""
    shelf = Shelf(0)
    keep(shelf, "a")
    assert (shelf.find(key("a")), shelf.held_bytes) == (None, 0)


@given(st.lists(st.integers(1, 3 * SLICE_BYTES), max_size=30))
def test_joining_changes_no_byte_and_no_order(sizes: list[int]) -> None:
    """Slices stay in order, small ones are joined, and each ends where its last part did."""
    pieces = [
        Slice(bytes([index]) * size, (Word(index, index, 0.0),), float(index))
        for index, size in enumerate(sizes)
    ]
    slices = joined(pieces)
    assert b"".join(each.data for each in slices) == b"".join(each.data for each in pieces)
    assert [word for each in slices for word in each.words] == [p.words[0] for p in pieces]
    assert [each.until_s for each in slices] == sorted(each.until_s for each in slices)
    assert all(len(each.data) <= max(SLICE_BYTES, *sizes) for each in slices)
    assert len(slices) <= 1 + 2 * sum(sizes) // SLICE_BYTES


def test_what_was_made_from_an_erased_recording_is_forgotten() -> None:
    """Whole answers and those that are still given; others stay, and the room is given back."""
    shelf = Shelf()
    keep(shelf, "other")
    held = shelf.held_bytes
    made = Key("made", "mp3", 24_000, ("ab" * 32,))
    with shelf.draft(made) as draft:
        draft.add(Slice(b"one", (), 0.1))
        draft.keep(STARTED, USAGE, "complete")
    with shelf.draft(Key("later", "mp3", 24_000, ("ab" * 32,))) as draft:
        draft.add(Slice(b"two", (), 0.1))
        shelf.forget("ab" * 32)
        draft.add(Slice(b"three", (), 0.2))
        draft.keep(STARTED, USAGE, "complete")
    assert shelf.find(made) is None
    assert (len(shelf), shelf.held_bytes) == (1, held)
