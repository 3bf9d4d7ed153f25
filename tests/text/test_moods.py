"""The moods by their names."""

from __future__ import annotations

import pytest

from antiphon.errors import InvalidRequest
from antiphon.text import moods
from antiphon.text.moods import MOODS, find_mood, known_mood, mood_names


def test_the_moods_that_engines_know() -> None:
    """Thirteen, each known by its own name."""
    assert MOODS == (
        "neutral", "happy", "sad", "angry", "calm", "excited",
        "fearful", "surprised", "disgusted", "tender", "serious", "bored", "whisper",
    )  # fmt: skip
    assert all(find_mood(mood) == mood for mood in MOODS)


@pytest.mark.parametrize(
    ("name", "mood"),
    [("Cheerful", "happy"), (" 温柔 ", "tender"), ("WHISPERING", "whisper"), ("愤怒", "angry")],
)
def test_other_names_lead_to_a_mood(name: str, mood: str) -> None:
    """In English and Chinese, in any case."""
    assert known_mood(name) == mood


def test_a_name_has_one_mood() -> None:
    """No word stands in two lines of the list."""
    assert set(mood_names().values()) == set(MOODS)
    words = [name for names in moods._NAMES.values() for name in names.split()]
    assert len(words) == len(set(words))
    assert not set(words) & set(MOODS)


@pytest.mark.parametrize(
    ("name", "hint"), [("hapy", "'happy'"), ("cheerfull", "'cheerful'"), ("purple", "known:")]
)
def test_an_unknown_name_is_told_the_nearest(name: str, hint: str) -> None:
    """The error says which emotion was probably meant."""
    with pytest.raises(InvalidRequest, match=hint) as raised:
        find_mood(name)
    assert raised.value.param == "emotion"
