"""The flow: speech tokens become a mel spectrogram in a speaker's voice.

It starts at noise and follows the transformer's velocity in a few Euler steps, dense at the
beginning. Noise comes in from outside, so that the same noise gives the same mel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from antiphon.engines.glm.config import FlowConfig
from antiphon.engines.glm.flow_lengths import frames_of
from antiphon.engines.glm.flow_transformer import FlowTransformer

STEPS = 10


@dataclass(frozen=True, slots=True)
class FlowCondition:
    """What is known of the sound.

    `tokens` [1, L] are the prompt's and the new ones, `known` [1, T, 80] the prompt's mel and zeros
    behind it, `speaker` [1, 192] of length 1; the first `prompt_frames` frames are the prompt's.
    """

    tokens: Tensor
    known: Tensor
    speaker: Tensor
    prompt_frames: int

    @property
    def frames(self) -> int:
        """T, prompt and new together."""
        return self.known.shape[1]


@dataclass(frozen=True, slots=True)
class Solution:
    """A mel [1, 80, frames] without the prompt, and where x [1, T, 80] stood before each step."""

    mel: Tensor
    states: tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Pinned:
    """The first `frames` frames walk again the way of an earlier solution, prompt included."""

    states: tuple[Tensor, ...]
    frames: int


def flow_times(steps: int = STEPS) -> Tensor:
    """[steps + 1] times from 0 to 1, close together at first."""
    return 1 - torch.cos(torch.linspace(0, 1, steps + 1) * 0.5 * torch.pi)


def attention_mask(visible: Sequence[int], device: torch.device | None = None) -> Tensor:
    """[T, T], true where a row may look, from how many frames each row sees."""
    limits = torch.tensor(visible, device=device)
    return torch.arange(len(visible), device=device)[None] < limits[:, None]


class Flow(nn.Module):
    """The flow of a checkpoint: `estimator.*` are its weights."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.config = config
        self.estimator = FlowTransformer(config)

    def frames(self, tokens: int) -> int:
        """T of that many tokens, prompt and new together: what the noise must measure."""
        return frames_of(tokens, self.config.token_rate_hz, self.config.frame_rate_hz)

    def condition(
        self, tokens: Tensor, prompt_tokens: Tensor, prompt_mel: Tensor, speaker: Tensor
    ) -> FlowCondition:
        """From new tokens [1, N], the prompt's tokens [1, P] and mel [1, M, 80], speaker [1, 192].

        The speaker vector comes as the encoder gave it, of any length.
        """
        joined = torch.cat((prompt_tokens, tokens), dim=1)
        frames = self.frames(joined.shape[1])
        given = min(prompt_mel.shape[1], frames)
        known = prompt_mel.new_zeros(1, frames, self.config.mels)
        known[:, :given] = prompt_mel[:, prompt_mel.shape[1] - given :]
        voice = functional.normalize(speaker, dim=1)
        return FlowCondition(joined, known, voice, prompt_mel.shape[1])

    @torch.inference_mode()
    def solve(
        self,
        condition: FlowCondition,
        noise: Tensor,
        steps: int = STEPS,
        mask: Tensor | None = None,
        pinned: Pinned | None = None,
        between: Callable[[], None] = lambda: None,
    ) -> Solution:
        """Follow the flow from `noise` [1, T, 80], where it starts, to the mel.

        `mask` [T, T] limits attention. Frames that are `pinned` are put back before every step
        onto the way they took in an earlier solution. `between` is called before every step, and
        may raise to end the solving.
        """
        field = self._field(condition, mask)
        times = flow_times(steps).to(noise.device)
        x, now, states = noise.float(), times[0], []
        for step in range(steps):
            between()
            if pinned is not None:
                x = _put_back(x, pinned.states[step], pinned.frames)
            states.append(x)
            # From where the sum stands and not from the table: the reference's rounding.
            length = times[step + 1] - now
            x = x + length * field(x, now)
            now = now + length
        mel = x[:, condition.prompt_frames :].transpose(1, 2)
        return Solution(mel, tuple(states))

    def _field(self, condition: FlowCondition, mask: Tensor | None) -> _Field:
        tokens = condition.tokens
        free = torch.zeros_like(tokens) if self.config.tokens_are_guided else tokens
        if self.config.tokens_are_guided:
            embedded = self.estimator.tokens(torch.cat((tokens, free)), condition.frames)
        else:
            embedded = self.estimator.tokens(tokens, condition.frames).expand(2, -1, -1)
        return _Field(
            self.estimator,
            _and_zeros(condition.known),
            embedded,
            _and_zeros(condition.speaker),
            mask,
            self.config.guidance,
        )


@dataclass(frozen=True, slots=True)
class _Field:
    """The guided velocity: away from what would be said without prompt and speaker."""

    estimator: FlowTransformer
    known: Tensor
    tokens: Tensor
    speaker: Tensor
    mask: Tensor | None
    guidance: float

    def __call__(self, x: Tensor, time: Tensor) -> Tensor:
        """The velocity of `x` [1, T, 80], both in single precision."""
        both = x.to(self.known.dtype).expand(2, -1, -1)
        with_prompt, without = self.estimator(
            both, self.known, self.tokens, time.expand(2), self.speaker, self.mask
        ).float()
        guided = (1 + self.guidance) * with_prompt - self.guidance * without
        return guided[None]


def _and_zeros(x: Tensor) -> Tensor:
    return torch.cat((x, torch.zeros_like(x)))


def _put_back(x: Tensor, earlier: Tensor, frames: int) -> Tensor:
    frames = min(frames, x.shape[1], earlier.shape[1])
    return torch.cat((earlier[:, :frames], x[:, frames:]), dim=1)
