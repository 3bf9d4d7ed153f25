"""Recordings that pass through memory."""

from __future__ import annotations

from antiphon.voices.passing import Passing
from tests.voices.keeping import a_recording

ONE, TWO, THREE = (a_recording(seed) for seed in (1, 2, 3))
SIZE = len(ONE.pcm)


def test_the_least_lately_used_goes_first() -> None:
    """Within the bound."""
    passing = Passing(2 * SIZE)
    passing.hold(ONE)
    passing.hold(TWO)
    assert passing.recording(ONE.digest) == ONE
    passing.hold(THREE)
    assert [each.digest in passing for each in (ONE, TWO, THREE)] == [True, False, True]


def test_what_engines_make_counts_too() -> None:
    """And is handed over with the recording."""
    passing = Passing(2 * SIZE)
    passing.hold(ONE)
    passing.hold(TWO)
    passing.keep_prepared(TWO.digest, "model", b"x")
    passing.keep_prepared(THREE.digest, "model", b"x")
    assert ONE.digest not in passing
    assert passing.prepared(TWO.digest, "model") == b"x"
    assert passing.let_go(TWO.digest) == {"model": b"x"}
    assert passing.let_go(TWO.digest) == {}
    assert passing.prepared(TWO.digest, "model") is None
    assert passing._held_bytes == 0
