"""The vocoder's excitation against the reference."""

from __future__ import annotations

import torch

from antiphon.engines.glm.vocoder_source import Anchor, HarmonicSource
from tests.engines.glm.golden import golden, part
from tests.engines.glm.test_vocoder import small_vocoder

GOLDEN = golden("hift_tiny")
OUT = part(GOLDEN, "out.")
NOISE = GOLDEN["in.noise_sine"]
HOP = 480


def source() -> HarmonicSource:
    """The reference's small one."""
    return small_vocoder().m_source


def test_the_pitch_is_the_reference_s() -> None:
    """In hertz, to five times its rounding."""
    found = small_vocoder().f0_predictor(GOLDEN["in.mel"])
    torch.testing.assert_close(found, OUT["f0"], atol=8e-4, rtol=0)


def test_the_excitation_is_the_reference_s() -> None:
    """Every sample to 2e-4, voiced or not: the pitches lie on both sides of 10 Hz."""
    voiced = OUT["f0"] > 10
    assert voiced.any()
    assert not voiced.all()
    found = source()(OUT["f0"], NOISE).samples
    torch.testing.assert_close(found, OUT["source"], atol=2e-4, rtol=0)


def test_sines_are_the_reference_s() -> None:
    """All nine harmonics with their noise, before they are summed."""
    part_of = source()
    seen: list[torch.Tensor] = []
    part_of.l_linear.register_forward_hook(lambda _, given, __: seen.append(given[0]))
    part_of(OUT["f0"], NOISE)
    torch.testing.assert_close(seen[0], OUT["sine_waves"], atol=2e-4, rtol=0)


def test_a_window_goes_on_in_step() -> None:
    """From the phase of one of its frames, its inner samples are those of the whole."""
    pitch = 80 + 60 * torch.rand(1, 40, generator=torch.Generator().manual_seed(4))
    noise = torch.zeros(1, 40 * HOP, 9)
    whole = source()(pitch, noise)
    begin, known = 15, 3
    anchor = Anchor(known, whole.phases[begin + known])
    window = source()(pitch[:, begin:], noise[:, begin * HOP :], anchor)
    torch.testing.assert_close(window.samples, whole.samples[..., begin * HOP :], atol=1e-5, rtol=0)


def test_a_long_sound_stays_in_tune() -> None:
    """After half a minute, the phase is what an exact sum gives: single precision would drift."""
    frames = 1500
    pitch = torch.full((1, frames), 123.456)
    phases = source()(pitch, torch.zeros(1, frames * HOP, 9)).phases
    turns = float(pitch[0, 0]) * HOP / 24_000 * frames
    off = (phases[-1, 0].item() - turns + 0.5) % 1.0 - 0.5
    assert abs(off) < 1e-4
