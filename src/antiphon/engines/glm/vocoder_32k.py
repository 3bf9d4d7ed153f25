"""The 32 kHz vocoder, of which only the compiled program is published.

A program is not weights: load one only from where the other files of the checkpoint came from.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import torch
from torch import Tensor

from antiphon.errors import BadCheckpoint

RATE, HOP = 32_000, 640
# It was trained on spectra divided by the length of their window.
MEL_OFFSET = -math.log(2560)


class CompiledVocoder:
    """A TorchScript program, run as it is; it keeps no state, so a sound is made whole."""

    def __init__(self, program: torch.jit.ScriptModule) -> None:
        self._program = program

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
        return cls(program.eval())

    @torch.inference_mode()
    def __call__(self, mel: Tensor) -> Tensor:
        """A log-mel spectrogram [1, 80, T] at 50 frames a second -> the sound [1, S] at 32 kHz."""
        if mel.shape[-1] == 1:
            mel = torch.cat((mel, mel), dim=-1)
        sound: Tensor = self._program(mel.transpose(1, 2) + MEL_OFFSET)
        return sound
