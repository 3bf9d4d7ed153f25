"""Fills the tensors of a model with random numbers; each depends on the seed and its name alone.

The numbers are scaled so that signals keep their size from layer to layer. The language model's
are shaped a little more: one component of every embedding is a constant that the head reads as
"a speech token now", and, more faintly, "the end now", so that random speech is made of speech
tokens and ends by itself.
"""

from __future__ import annotations

import math
from hashlib import sha256

import torch
from torch import Tensor

from antiphon.engines.glm.config import Specials

CONSTANT = 4.0  # what the embedding holds in its last component; others are near 1
SPEECH, ELSE = 6.0, -6.0  # what the head makes of it, in logits
NUCLEUS = 25  # the sampler draws from this many at most
# How much of what is drawn stays, and what is added, so that the mel is about as loud as that of
# speech, the pitch lies where voices do, and the sound stays far from the vocoder's limit.
TEMPERED = {
    "estimator.proj_out.weight": (0.1, 0.0),
    "estimator.proj_out.bias": (1.0, -5.0),
    "f0_predictor.classifier.weight": (20.0, 0.0),
    "f0_predictor.classifier.bias": (1.0, 140.0),
    "conv_post.parametrizations.weight.original0": (0.5, 0.0),
    "conv_post.bias": (1.0, -3.0),
}


def random_tensor(name: str, shape: torch.Size, seed: int) -> Tensor:
    """What is drawn depends on what it is for, which its name tells."""
    kept, added = TEMPERED.get(name, (1.0, 0.0))
    return _drawn(name, shape, seed) * kept + added


def _drawn(name: str, shape: torch.Size, seed: int) -> Tensor:
    drawn = torch.randn(shape, generator=_generator(name, seed))
    last = name.rpartition(".")[2]
    if last in ("original0", "alpha"):  # the length of each direction, the period of a snake
        return torch.ones(shape) + 0.02 * drawn
    if last in ("bias", "beta", "gamma"):
        return 0.02 * drawn
    if len(shape) == 1:
        return 1 + 0.02 * drawn
    if "embed" in name or "codebook" in name:
        return drawn
    return drawn / math.sqrt(math.prod(shape[1:]))


def shaped(name: str, tensor: Tensor, specials: Specials) -> Tensor:
    """The same, where it belongs to the language model, leaning towards speech."""
    if name == "model.embed_tokens.weight":
        tensor[:, -1] = CONSTANT
    elif name.endswith(("o_proj.weight", "down_proj.weight")):
        tensor[-1] = 0  # no layer changes the constant
    elif name == "lm_head.weight":
        tensor[:, -1] = ELSE / _seen(tensor)
        tensor[specials.first_audio : specials.last_audio + 1, -1] = SPEECH / _seen(tensor)
        tensor[specials.end, -1] = (SPEECH + _likeliest(specials)) / _seen(tensor)
    return tensor


def _likeliest(specials: Specials) -> float:
    """How far the logits that the sampler draws from lie above the others, which are normal."""
    codes = specials.last_audio - specials.first_audio + 1
    return math.sqrt(2 * math.log(codes / NUCLEUS))


def _seen(tensor: Tensor) -> float:
    """About what the norm before the head leaves of the constant."""
    return CONSTANT / math.sqrt(2 + CONSTANT**2 / tensor.shape[1])


def _generator(name: str, seed: int) -> torch.Generator:
    number = int.from_bytes(sha256(f"{seed}\0{name}".encode()).digest()[:8], "little") >> 1
    return torch.Generator().manual_seed(number)
