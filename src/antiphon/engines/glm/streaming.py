"""Speech tokens become sound block by block, each continuing exactly where the last one stood.

The page `docs/explanation/glm-streaming.md` says what that costs, and how far the joined sound can
be from the sound made whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from antiphon.engines.glm.draws import Purpose, normals
from antiphon.engines.glm.flow import Flow, Pinned
from antiphon.engines.glm.vocoder import NoiseOf, Vocoder, VocoderState


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


@dataclass(frozen=True, slots=True)
class Sounder:
    """Flow and vocoder as one; all state goes in and comes out."""

    flow: Flow
    vocoder: Vocoder

    def start(self) -> SoundState:
        """A sound of which no block has been made."""
        return SoundState(self.vocoder.start())

    @torch.inference_mode()
    def advance(
        self, state: SoundState, timbre: Timbre, codes: Sequence[int], final: int, seed: int
    ) -> tuple[Tensor, SoundState]:
        """The sound [S] that `final` of these codes make ready, and the state to go on.

        Frames that were final before walk the way they walked then, so that later ones join them.
        """
        device = timbre.mel.device
        tokens = torch.tensor([list(codes)], device=device)
        condition = self.flow.condition(tokens, timbre.tokens, timbre.mel, timbre.speaker)
        noise = normals(seed, Purpose.MEL, 0, condition.frames, self.flow.config.mels)
        pinned = Pinned(state.walk, state.frames) if state.walk else None
        solution = self.flow.solve(
            condition, torch.from_numpy(noise)[None].to(device), pinned=pinned
        )
        is_last = final == len(codes)
        done = condition.frames if is_last else self.flow.frames(timbre.tokens.shape[1] + final)
        done = max(done, condition.prompt_frames, state.frames)
        first = max(state.frames - condition.prompt_frames, 0)
        mel = solution.mel[:, :, first : done - condition.prompt_frames]
        wave, vocoder = self.vocoder.advance(
            state.vocoder, mel, self._noise(seed, device), last=is_last
        )
        walk = tuple(x[:, :done] for x in solution.states)
        return wave[0], SoundState(vocoder, walk, done)

    def _noise(self, seed: int, device: torch.device) -> NoiseOf:
        hop, harmonics = self.vocoder.hop, self.vocoder.m_source.harmonics

        def of(first: int, frames: int) -> Tensor:
            drawn = normals(seed, Purpose.SOURCE, first, frames, hop * harmonics)
            return torch.from_numpy(drawn).view(1, frames * hop, harmonics).to(device)

        return of
