"""What the models know of a recording, as a value that can be kept as bytes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from antiphon.engines.glm.speaker_encoder import WIDTH

MELS = 80


@dataclass(frozen=True, slots=True)
class PromptFeatures:
    """A recording as the models take it in, on the CPU.

    `speech_tokens` [P], 25 a second; `mel` [1, M, 80], natural logs of magnitudes, 50 frames a
    second of a waveform at `mel_rate` Hz; `speaker` [192], of no particular length.
    """

    speech_tokens: Tensor
    mel: Tensor
    speaker: Tensor
    mel_rate: int

    def to_bytes(self) -> bytes:
        """A safetensors file, about 20 kB for each second of the recording."""
        from safetensors.torch import save

        return save(
            {
                "speech_tokens": self.speech_tokens.to(torch.int32),
                "mel": self.mel.contiguous(),
                "speaker": self.speaker.contiguous(),
                "mel_rate": torch.tensor(self.mel_rate),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> PromptFeatures | None:
        """What `to_bytes` made; None for anything else."""
        from safetensors import SafetensorError
        from safetensors.torch import load

        try:
            held = load(data)
            tokens, mel, speaker = (held[name] for name in ("speech_tokens", "mel", "speaker"))
            rate = int(held["mel_rate"].item())
        except (SafetensorError, KeyError, RuntimeError):
            return None
        if (tokens.dim(), mel.shape[::2], speaker.shape) != (1, (1, MELS), (WIDTH,)):
            return None
        return cls(tokens.long(), mel, speaker, rate)
