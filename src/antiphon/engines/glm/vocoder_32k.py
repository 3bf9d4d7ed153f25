"""The 32 kHz vocoder, of which only the compiled program is published.

A program is not weights: load one only from where the other files of the checkpoint came from.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import torch
from torch import Tensor

from antiphon.engines.glm.vocoding import NoiseOf, VocoderState
from antiphon.errors import BadCheckpoint

RATE, HOP, MELS = 32_000, 640, 80
# It was trained on spectra divided by the length of their window.
MEL_OFFSET = -math.log(2560)
# Nobody outside knows how many frames bear on a sample. Half a second is more than in any vocoder
# of its family that is published; what lies further away is taken not to be heard.
MARGIN = 25


class CompiledVocoder:
    """A TorchScript program, run as it is, over windows that overlap by a margin on either side."""

    rate, hop, harmonics = RATE, HOP, 0

    def __init__(self, program: torch.jit.ScriptModule, device: torch.device) -> None:
        self._program, self._device = program, device

    @classmethod
    def load(cls, path: Path, device: torch.device) -> CompiledVocoder:
        """Raises `BadCheckpoint` for a file that is no such program."""
        try:
            with warnings.catch_warnings():
                # PyTorch would rather have another format; the vocoder comes in this one only.
                warnings.simplefilter("ignore", DeprecationWarning)
                program = torch.jit.load(str(path), map_location=device)
        except (RuntimeError, ValueError) as error:
            raise BadCheckpoint(path, "is no TorchScript program that can be loaded") from error
        return cls(program.eval(), device)

    @torch.inference_mode()
    def __call__(self, mel: Tensor) -> Tensor:
        """A log-mel spectrogram [1, 80, T] at 50 frames a second -> the sound [1, S]."""
        if mel.shape[-1] == 1:
            mel = torch.cat((mel, mel), dim=-1)
        sound: Tensor = self._program(mel.transpose(1, 2) + MEL_OFFSET)
        return sound

    def start(self) -> VocoderState:
        """A sound of which no frame has come yet."""
        return VocoderState(torch.zeros(1, MELS, 0, device=self._device))

    def advance(
        self, state: VocoderState, mel: Tensor, noise: NoiseOf, *, last: bool
    ) -> tuple[Tensor, VocoderState]:
        """Give the sound [1, S] that more frames [1, 80, n] make ready, and the state to go on.

        It draws nothing, so `noise` is not asked.
        """
        window = torch.cat((state.mel, mel), dim=2)
        frames = window.shape[2]
        ready = frames if last else max(state.given, frames - MARGIN)
        if ready == state.given:
            return window.new_zeros(1, 0), VocoderState(window, state.first, state.given)
        sound = self(window)[:, state.given * HOP : ready * HOP]
        drop = max(0, ready - MARGIN)
        return sound, VocoderState(window[:, :, drop:], state.first + drop, ready - drop)
