"""Late frames are counted as a listener would hear them."""

from __future__ import annotations

from antiphon.edge.playout import Playout


def test_frames_ahead_of_their_time_are_not_late() -> None:
    """Faster than real time is never late."""
    playout = Playout()
    for n in range(10):
        playout.arrives(n * 0.05, 0.1)
    assert playout.late == 0


def test_a_frame_just_behind_its_time_is_forgiven() -> None:
    """Up to 50 ms is not heard."""
    playout = Playout()
    playout.arrives(0.0, 0.1)
    playout.arrives(0.149, 0.1)
    assert playout.late == 0


def test_one_gap_is_one_late_frame() -> None:
    """After a gap the listener plays on, so that what follows is on time again."""
    playout = Playout()
    for at_s in (0.0, 0.1, 1.0, 1.1, 1.2):
        playout.arrives(at_s, 0.1)
    assert playout.late == 1
