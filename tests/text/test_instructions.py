"""What is understood of a request in plain words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.speech import Style
from antiphon.text.instructions import LONGEST, understand
from antiphon.text.moods import MOODS


@pytest.mark.parametrize(
    ("asked", "style"),
    [
        ("slightly sad", Style("sad", strength=0.35)),
        ("Speak in a very happy voice.", Style("happy", strength=1.0)),
        ("whisper", Style("whisper", strength=0.7)),
        ("Say it angrily", Style("angry", strength=0.7)),
        ("speak slowly and calmly", Style("calm", strength=0.7, pace=0.8)),
        ("a bit faster, with a deep voice", Style(pace=1.1, pitch=-3)),
        ("high pitch", Style(pitch=3)),
        ("louder", Style(energy=4)),
        ("not sad", Style("neutral", strength=1.0)),
        ("don't be too fast", Style(pace=0.9)),
        ("not angry but very sad", Style("sad", strength=1.0)),
        ("1.5x", Style(pace=1.5)),
        ("不要太激动", Style("calm", strength=0.35)),
        ("用温柔的语气", Style("tender", strength=0.7)),
        ("用非常生气的语气大声说", Style("angry", strength=1.0, energy=4)),
        ("说慢一点", Style(pace=0.9)),
        ("稍微快一点，声音大一点", Style(pace=1.1, energy=2)),
        ("语速1.2倍", Style(pace=1.2)),
        ("大声一点", Style(energy=2)),
        ("", Style()),
    ],
)
def test_what_is_understood_whole(asked: str, style: Style) -> None:
    """Moods, pace, pitch and loudness, how strongly, and what is denied."""
    understood = understand(asked)
    assert understood.style == style
    assert understood.left == ()
    changed = {name for name in Style.__slots__ if getattr(style, name) != getattr(Style(), name)}
    assert changed <= set(understood.taken) <= changed | {"strength"}


@pytest.mark.parametrize(
    ("asked", "left", "style"),
    [
        ("Speak like a pirate", ("speak like a pirate",), Style()),
        ("Be happy, like a pirate.", ("like a pirate",), Style("happy", strength=0.7)),
        ("像海盗一样说话", ("像海盗一样说话",), Style()),
        ("very sad and happy", ("happy",), Style("sad", strength=1.0)),
    ],
)
def test_what_is_not_understood_is_told(asked: str, left: tuple[str, ...], style: Style) -> None:
    """The clauses that could not be followed, and the moods that were one too many."""
    understood = understand(asked)
    assert (understood.left, understood.style) == (left, style)


def test_words_inside_words_mean_nothing() -> None:
    """A slowdown, a madrigal and a breakfast ask for nothing."""
    assert understand("a slowdown of madrigals at breakfast").style == Style()


@given(st.text(st.sampled_from("very not sad happy 不要太慢点快 1x.,") | st.characters()))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(asked: str) -> None:
    """Whatever is asked, the style can be spoken."""
    style = understand(asked).style
    assert style.emotion is None or style.emotion in MOODS
    assert 0 <= style.strength <= 1
    assert 0.25 <= style.pace <= 4
    assert -12 <= style.pitch <= 12
    assert -20 <= style.energy <= 12


@pytest.mark.parametrize(
    "piece", ["a", " ", "not ", "不", "very ", "1", "不要太", "slow", ".", "\0"]
)
def test_long_instructions_cost_little(piece: str) -> None:
    """A megabyte is cut before it is read, and told so."""
    began = time.perf_counter()
    understood = understand(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 0.5
    assert understood.left[-1] == "..."
    assert sum(map(len, understood.left)) <= 2 * LONGEST
