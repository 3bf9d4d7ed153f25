"""Speech tokens become sound block by block, each continuing exactly where the last one stood.

The page `docs/explanation/glm-streaming.md` says what that costs, and how far the joined sound can
be from the sound made whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from antiphon.engines.glm.draws import Purpose, normals
from antiphon.engines.glm.flow import Flow, FlowCondition, Pinned, Solution
from antiphon.engines.glm.vocoding import MelVocoder, NoiseOf, VocoderState


@dataclass(frozen=True, slots=True)
class Timbre:
    """Whose sound: the recording's tokens [1, P] and mel [1, M, 80], and a vector [1, 192]."""

    tokens: Tensor
    mel: Tensor
    speaker: Tensor


@dataclass(frozen=True, slots=True)
class SoundState:
    """Between two blocks: the way of every frame that is final, and what the vocoder keeps.

    `frames` counts final frames, the recording's included.
    """

    vocoder: VocoderState
    walk: tuple[Tensor, ...] = ()
    frames: int = 0


class Left(Exception):
    """Nobody wants this sound any more."""


@dataclass(frozen=True, slots=True)
class Sounder:
    """Flow and vocoder as one; all state goes in and comes out."""

    flow: Flow
    vocoder: MelVocoder

    def start(self) -> SoundState:
        """A sound of which no block has been made."""
        return SoundState(self.vocoder.start())

    @torch.inference_mode()
    def advance(
        self,
        state: SoundState,
        timbre: Timbre,
        codes: Sequence[int],
        seed: int,
        final: int | None = None,
        is_left: Callable[[], bool] = lambda: False,
    ) -> tuple[Tensor, SoundState]:
        """The sound [S] that `final` of these codes make ready, and the state to go on.

        No `final` means that no more codes come: all that is left is given.
        Frames that were final before walk the way they walked then, so that later ones join them.
        Raises `Left` soon after `is_left` has become true.
        """
        device = timbre.mel.device
        tokens = torch.tensor([list(codes)], device=device)
        condition = self.flow.condition(tokens, timbre.tokens, timbre.mel, timbre.speaker)
        solution = self._solved(state, condition, seed, is_left)
        heard = timbre.tokens.shape[1]
        done = condition.frames if final is None else self.flow.frames(heard + final)
        done = max(done, condition.prompt_frames, state.frames)
        first = max(state.frames - condition.prompt_frames, 0)
        mel = solution.mel[:, :, first : done - condition.prompt_frames]
        wave, vocoder = self.vocoder.advance(
            state.vocoder, mel, self._noise(seed, device), last=final is None
        )
        walk = tuple(x[:, :done] for x in solution.states)
        return wave[0], SoundState(vocoder, walk, done)

    def _solved(
        self,
        state: SoundState,
        condition: FlowCondition,
        seed: int,
        is_left: Callable[[], bool],
    ) -> Solution:
        def between() -> None:
            if is_left():
                raise Left

        drawn = normals(seed, Purpose.MEL, 0, condition.frames, self.flow.config.mels)
        noise = torch.from_numpy(drawn)[None].to(condition.known.device)
        pinned = Pinned(state.walk, state.frames) if state.walk else None
        return self.flow.solve(condition, noise, pinned=pinned, between=between)

    def _noise(self, seed: int, device: torch.device) -> NoiseOf:
        hop, harmonics = self.vocoder.hop, self.vocoder.harmonics

        def of(first: int, frames: int) -> Tensor:
            drawn = normals(seed, Purpose.SOURCE, first, frames, hop * harmonics)
            return torch.from_numpy(drawn).view(1, frames * hop, harmonics).to(device)

        return of
