"""Melodies: the bounds that give a range, and what does not fit between them."""

from __future__ import annotations

import math

import pytest

from antiphon.engines.formant.melodies import (
    CHINESE,
    ENGLISH,
    MOST_LIFT,
    Range,
    Shares,
    between,
    bounds,
    lifted,
)

MELODIES = pytest.mark.parametrize("melody", [ENGLISH, CHINESE], ids=["english", "chinese"])


@MELODIES
def test_bounds_give_the_range_they_were_made_for(melody: Shares) -> None:
    """Median to a hertz and spread to a cent, there and back."""
    found = between(melody, *bounds(melody, Range(180.0, 250.0)))
    assert found.median_hz == pytest.approx(180.0, abs=1)
    assert found.spread_cents == pytest.approx(250.0, abs=1)


@MELODIES
def test_a_deep_voice_grows_lively_upwards(melody: Shares) -> None:
    """What would reach under the lowest pitch is raised until it fits, four semitones at most."""
    deep = Range(75.0, 330.0)
    squeezed = between(melody, *bounds(melody, deep.moved(0, 1.4)))
    fitting = lifted(melody, deep.moved(0, 1.4))
    wide = between(melody, *bounds(melody, fitting))
    assert wide.spread_cents > squeezed.spread_cents * 1.05
    assert 0 < 12 * math.log2(fitting.median_hz / deep.median_hz) <= MOST_LIFT + 1e-9


@MELODIES
def test_what_fits_stays_where_it_is(melody: Shares) -> None:
    """A voice with room below it is not raised."""
    assert lifted(melody, Range(200.0, 250.0)) == Range(200.0, 250.0)
