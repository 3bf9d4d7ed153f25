"""Draws as the reference made them: from torch's own generator, one after another."""

from __future__ import annotations

import torch
from torch import Tensor


class TorchDraws:
    """One `multinomial` a draw, in the order in which they are asked for."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def pick(self, weights: Tensor, step: int, turn: int) -> int:
        """The next draw of the generator."""
        return int(torch.multinomial(weights, 1, generator=self._generator))
