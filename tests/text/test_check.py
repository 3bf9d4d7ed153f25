"""A text is refused before anyone speaks it, and for a reason that names the place."""

from __future__ import annotations

import pytest

from antiphon.errors import BadText, NothingToSay, TextTooLong
from antiphon.text.check import check_text


@pytest.mark.parametrize("text", ["a", "1", "你", "%", "€", "°", "½", "\tline\r\n\x85\x0b\x0c1"])
def test_what_is_read_aloud_passes(text: str) -> None:
    """Letters, digits, and signs that have a reading; line breaks of every kind."""
    check_text(text, 100)


@pytest.mark.parametrize(
    "text", ["", " ", "\u3000\n", "...", "—！？", "+", "=====", "😀", "\u200b", "\u0301"]
)
def test_what_is_not_read_aloud_is_nothing(text: str) -> None:
    """Spaces, punctuation, pictures and marks alone."""
    with pytest.raises(NothingToSay):
        check_text(text, 100)


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x1b", "\x7f", "\x9f", "\ud800", "\ufdd0", "\uffff", "\U0010fffe"],
)
def test_what_cannot_be_spoken_is_named_with_its_place(character: str) -> None:
    """In code points, as the caller counts."""
    with pytest.raises(BadText) as refused:
        check_text(f"😀ab{character}", 100)
    assert refused.value.position == 3


def test_the_limit_is_the_last_length_that_passes() -> None:
    """One more is too long."""
    check_text("a" * 10, 10)
    with pytest.raises(TextTooLong, match="11 characters and the limit is 10"):
        check_text("a" * 11, 10)
