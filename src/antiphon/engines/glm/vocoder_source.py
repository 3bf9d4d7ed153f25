"""The excitation of the vocoder: harmonics of the voice's pitch, and noise where it has none.

Shapes: T mel frames, H harmonics with the fundamental, S = T times the hop samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Excitation:
    """The excitation [1, 1, S], and the phase of each harmonic [T, H] at each frame's centre.

    Phases are in cycles, and in double precision where the device has it.
    """

    samples: Tensor
    phases: Tensor


@dataclass(frozen=True, slots=True)
class Anchor:
    """The phase [H] that is known to hold at the centre of one frame of a window."""

    frame: int
    phase: Tensor


class HarmonicSource(nn.Module):
    """Sums sines at the multiples of a pitch that is given a frame at a time.

    A phase is the sum of all pitches before it. It comes in and goes out, so that a sound made in
    windows is in step with one made whole. The reference also draws a starting phase for each
    harmonic, which by its own arithmetic never reaches the sound: we draw none.
    """

    def __init__(
        self,
        rate: int,
        hop: int,
        overtones: int,
        level: float,
        noise_level: float,
        voiced_hz: float,
    ) -> None:
        super().__init__()
        self.rate, self.hop, self.harmonics = rate, hop, overtones + 1
        self.level, self.noise_level, self.voiced_hz = level, noise_level, voiced_hz
        self.l_linear = nn.Linear(self.harmonics, 1)

    def forward(
        self, pitch: Tensor, noise: Tensor, anchor: Anchor | None = None, ends: bool = True
    ) -> Excitation:
        """From a pitch [1, T] in Hz, and normal noise [1, S, H].

        Without an `anchor` the window is where the sound begins; `ends` says that it ends there.
        """
        steps = self._steps(pitch[0])
        phases = steps.cumsum(0)
        if anchor is not None:
            phases = phases + (anchor.phase - phases[anchor.frame])
        phases = phases.remainder(1.0)
        sines = torch.sin(2 * torch.pi * self._between(phases, steps, anchor is None, ends))
        waves = self.mixed(sines[None], pitch, noise)
        samples = torch.tanh(self.l_linear(waves)).transpose(1, 2)
        return Excitation(samples, phases)

    def mixed(self, sines: Tensor, pitch: Tensor, noise: Tensor) -> Tensor:
        """[1, S, H]: sines where there is a voice, noise everywhere, more where there is none."""
        voiced = (pitch > self.voiced_hz).float().repeat_interleave(self.hop, dim=1)[..., None]
        loudness = voiced * self.noise_level + (1 - voiced) * self.level / 3
        return self.level * sines * voiced + loudness * noise

    def _steps(self, pitch: Tensor) -> Tensor:
        """[T, H]: cycles that each harmonic turns in each frame."""
        multiples = torch.arange(1, self.harmonics + 1, device=pitch.device)
        turns = (pitch[:, None] * multiples / self.rate).remainder(1.0)
        # Summed in single precision, harmonics would be off by 1/200 of a turn in half a minute.
        return (turns.float() if turns.device.type == "mps" else turns.double()) * self.hop

    def _between(self, phases: Tensor, steps: Tensor, begins: bool, ends: bool) -> Tensor:
        """[S, H]: phases of all samples, on straight lines from one frame's centre to the next.

        Before the first centre and after the last, the phase stands still.
        """
        ahead = torch.cat((steps[1:], torch.zeros_like(steps[:1]) if ends else steps[-1:]))
        behind = torch.cat((torch.zeros_like(steps[:1]), steps[1:])) if begins else steps
        places = (
            torch.arange(self.hop, device=steps.device).to(steps.dtype) + 0.5
        ) / self.hop - 0.5
        offsets = places[None, :, None]
        slopes = torch.where(offsets < 0, behind[:, None], ahead[:, None])
        return (phases[:, None] + offsets * slopes).flatten(0, 1).remainder(1.0).float()
