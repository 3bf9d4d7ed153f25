"""Sampling: the reference's choices, and draws that depend on seed and position alone."""

from __future__ import annotations

import pytest
import torch

from antiphon.engines.glm.sampling import (
    GreedyDraws,
    Sampling,
    SeededDraws,
    choose,
    masked,
    nucleus,
)
from tests.engines.glm.golden import golden
from tests.engines.glm.replays import TorchDraws

ROWS = golden("ras_sampling")
COUNT = len(ROWS["final_id"])


def history(row: int) -> list[int]:
    """What had been generated before that row."""
    return ROWS["history"][row, : ROWS["history_len"][row]].tolist()


def test_every_row_chooses_what_the_reference_chose() -> None:
    """All 96 rows, with the reference's own draws: ids, kept ids, kept probabilities."""
    assert COUNT == 96
    for row in range(COUNT):
        logp = ROWS["logits"][row].log_softmax(-1)
        ids, weights = nucleus(ROWS["logp"][row], Sampling())
        kept = int(ROWS["nucleus_count"][row])
        assert ids.tolist() == ROWS["nucleus_ids"][row, :kept].tolist()
        torch.testing.assert_close(weights, ROWS["nucleus_probs"][row, :kept])
        draws = TorchDraws(int(ROWS["seed"][row]))
        chosen, turns = choose(ROWS["logp"][row], history(row), 0, draws, Sampling())
        assert chosen == int(ROWS["final_id"][row]), row
        assert (turns == 2) == (int(ROWS["first_draw_repeats_in_last10"][row]) >= 1)
        assert torch.allclose(logp[logp > -100], ROWS["logp"][row][logp > -100], atol=1e-5)


@pytest.mark.parametrize("row", range(0, COUNT, 12))
def test_seeded_draws_follow_the_exact_distribution(row: int) -> None:
    """Over 4,000 seeds each id comes about as often as the recorded probability says."""
    wanted = ROWS["final_distribution"][row].double()
    logp, before, seeds = ROWS["logp"][row], history(row), 4_000
    drawn = [choose(logp, before, 3, SeededDraws(seed), Sampling())[0] for seed in range(seeds)]
    counted = torch.bincount(torch.tensor(drawn), minlength=len(wanted)) / seeds
    # Half the summed difference; for 4,000 draws of this spread it stays well below 0.15.
    assert float((counted - wanted).abs().sum()) / 2 < 0.15


def test_a_draw_is_a_function_of_seed_step_and_turn() -> None:
    """Whatever was drawn before, in whatever order, the same place gives the same draw."""
    weights = torch.full((1_000,), 0.001)
    places = [(step, turn) for step in range(200) for turn in (0, 1)]
    forwards = {place: SeededDraws(7).pick(weights, *place) for place in places}
    backwards = {place: SeededDraws(7).pick(weights, *place) for place in reversed(places)}
    assert forwards == backwards
    assert len(set(forwards.values())) > 300
    assert forwards != {place: SeededDraws(8).pick(weights, *place) for place in places}


def test_nothing_of_no_weight_is_drawn() -> None:
    """Ids of probability 0 never come, at the ends and in the middle."""
    weights = torch.tensor([0.0, 0.5, 0.0, 0.0, 0.5, 0.0])
    drawn = {SeededDraws(3).pick(weights, step, 0) for step in range(500)}
    assert drawn == {1, 4}


def test_a_forbidden_id_is_impossible() -> None:
    """The end cannot be drawn while it is masked, and greedily neither."""
    logp = masked(torch.tensor([9.0, 1.0, 0.0]), 0)
    assert logp[0] == -torch.inf
    drawn = {choose(logp, [1], step, SeededDraws(1), Sampling())[0] for step in range(100)}
    assert drawn == {1, 2}
    assert GreedyDraws().pick(logp, 0, 0) == 1
