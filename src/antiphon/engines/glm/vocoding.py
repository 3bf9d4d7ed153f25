"""What every vocoder answers to: frames of mel go in as they come, and sound comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from antiphon.engines.glm.vocoder_source import Anchor

NoiseOf = Callable[[int, int], Tensor]
"""(first frame, frames) -> normal noise [1, frames * hop, harmonics], the same whenever asked."""


@dataclass(frozen=True, slots=True)
class VocoderState:
    """Between two windows of one sound: the frames still needed, and where the pitch stood.

    `mel` [1, 80, n] begins at frame `first` of the sound; its first `given` frames have been
    heard; `anchor` is None at the beginning of the sound.
    """

    mel: Tensor
    first: int = 0
    given: int = 0
    anchor: Anchor | None = None


class MelVocoder(Protocol):
    """Makes a waveform of a mel spectrogram, in windows that join."""

    @property
    def rate(self) -> int:
        """Samples a second."""
        ...

    @property
    def hop(self) -> int:
        """Samples a frame."""
        ...

    @property
    def harmonics(self) -> int:
        """How many numbers of noise each sample takes; 0 when none is used."""
        ...

    def start(self) -> VocoderState:
        """A sound of which no frame has come yet."""
        ...

    def advance(
        self, state: VocoderState, mel: Tensor, noise: NoiseOf, *, last: bool
    ) -> tuple[Tensor, VocoderState]:
        """Give the sound [1, S] that more frames [1, 80, n] make ready, and the state to go on."""
        ...
