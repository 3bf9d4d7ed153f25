"""Names of voices and moods."""

from __future__ import annotations

import pytest

from antiphon.errors import InvalidRequest
from antiphon.voices.naming import VOICE, check_mood, check_name, check_text, new_id


@pytest.mark.parametrize("name", ["a", "老师", "Anna's voice (2)", "x" * 80, "é", "नमस्ते"])
def test_names_in_any_script(name: str) -> None:
    """Of 1 to 80 characters."""
    assert check_name(name) == name


def test_a_name_is_kept_as_it_is_typed_again() -> None:
    """Composed, and without spaces around it."""
    assert check_name("  Ame\u0301lie ") == "Amélie"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "x" * 81,
        "a\nb",
        "a\x00",
        "a\u202eb",
        "a\u200b",
        "\ud800",
        "a/b",
        "a\\b",
        "a?",
        "a#",
    ],
)
def test_names_that_cannot_be_said_or_typed(name: str) -> None:
    """Nothing that cannot be seen, and nothing that a URL would take for its own."""
    with pytest.raises(InvalidRequest):
        check_name(name)


@pytest.mark.parametrize("name", ["alto", "voice_1", "cons_1"])
def test_names_that_mean_something_else(name: str) -> None:
    """A voice that is built in, and what begins as an id does."""
    with pytest.raises(InvalidRequest, match="built in"):
        check_name(name, {"alto"})


def test_moods() -> None:
    """A word; none is neutral."""
    assert (check_mood(""), check_mood(" Happy ")) == ("neutral", "happy")
    assert (check_mood("cheerful"), check_mood("难过")) == ("happy", "sad")
    for mood in ("very happy", "sleepy", "x" * 41, "-"):
        with pytest.raises(InvalidRequest):
            check_mood(mood)


def test_descriptions_are_bounded() -> None:
    """And on one line."""
    assert check_text(" a\nb ", "description") == "a b"
    with pytest.raises(InvalidRequest, match="at most 500"):
        check_text("x" * 501, "description")


def test_ids_sort_by_time() -> None:
    """So that a page of a list follows another."""
    ids = [new_id(VOICE, second / 10) for second in range(1, 100_000, 977)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
