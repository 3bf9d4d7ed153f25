"""Repetition-aware sampling: a nucleus draw, and one from everything where that would repeat.

The sampler holds no generator: `Draws` is asked for the draw of a step. `SeededDraws` answers as a
pure function of (seed, step, turn); a test answers with recorded draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from antiphon.engines.glm.draws import Purpose, uniforms


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next id is chosen.

    The nucleus is the likeliest ids until their mass passes `top_p`, at most `top_k` of them. An id
    that was drawn `repeats` times or more in the last `window` is drawn anew, from all.
    """

    top_p: float = 0.8
    top_k: int = 25
    window: int = 10
    repeats: int = 1


class Draws(Protocol):
    """Answers which of several weights is drawn; they need not sum to 1."""

    def pick(self, weights: Tensor, step: int, turn: int) -> int:
        """The index drawn at `step`; `turn` 0 is the nucleus draw, 1 the one after it."""
        ...


@dataclass(frozen=True, slots=True)
class SeededDraws:
    """Draws by inverting the running sum at a number that depends on seed, step and turn alone."""

    seed: int

    def pick(self, weights: Tensor, step: int, turn: int) -> int:
        """The first index at which the running sum passes its share."""
        share = float(uniforms(self.seed, Purpose.TOKEN, step, 1, 2)[0, turn])
        sums = weights.double().cumsum(0)
        index = int(torch.searchsorted(sums, sums[-1:] * share, right=True))
        return min(index, len(weights) - 1)


class GreedyDraws:
    """The likeliest; without it a greedy decode would need a second sampler."""

    def pick(self, weights: Tensor, step: int, turn: int) -> int:
        """The first of the largest."""
        return int(weights.argmax())


def choose(
    logp: Tensor, recent: Sequence[int], step: int, draws: Draws, sampling: Sampling
) -> tuple[int, int]:
    """The id chosen at a step, and how many draws that took.

    `logp` are log-probabilities `[vocabulary]`, -inf where an id must not come; `recent` are the
    ids generated so far, the latest last.
    """
    ids, weights = nucleus(logp, sampling)
    drawn = int(ids[draws.pick(weights, step, 0)])
    if list(recent[-sampling.window :]).count(drawn) < sampling.repeats:
        return drawn, 1
    return draws.pick(logp.softmax(0), step, 1), 2


def nucleus(logp: Tensor, sampling: Sampling) -> tuple[Tensor, Tensor]:
    """The kept ids, likeliest first, and their probabilities; the one that passes `top_p` stays."""
    weights, ids = logp.softmax(0).sort(descending=True, stable=True)
    weights, ids = weights[: sampling.top_k], ids[: sampling.top_k]
    before = torch.cat((weights.new_zeros(1), weights.cumsum(0)[:-1]))
    kept = before < sampling.top_p
    return ids[kept], weights[kept]


def masked(logits: Tensor, forbidden: int | None) -> Tensor:
    """Log-probabilities, with one id made impossible after they were normalised."""
    logp = logits.float().log_softmax(-1)
    if forbidden is not None:
        logp[forbidden] = -torch.inf
    return logp
