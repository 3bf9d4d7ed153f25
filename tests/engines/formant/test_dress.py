"""What is done to the sound of espeak-ng: filter, pauses and breath over a stream."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from antiphon.audio.analysis.colour import BANDS, centres_hz
from antiphon.audio.analysis.framing import Wave
from antiphon.engines.formant.breathing import Breath
from antiphon.engines.formant.dress import Dress, rounded
from antiphon.engines.formant.filtering import Filter, minimum_phase
from antiphon.engines.formant.messages import Guise
from antiphon.engines.formant.pausing import Pauses

RATE = 22_050
CUTS = [4_410, 1_000, 77]


def voice(seconds: float = 1.0) -> Wave:
    """Harmonics of 130 Hz."""
    time = np.arange(round(seconds * RATE)) / RATE
    return 0.1 * sum(
        (np.sin(2 * np.pi * 130 * k * time) for k in range(1, 20)), np.zeros(len(time))
    )


def pieces(wave: NDArray[Any], size: int) -> list[NDArray[Any]]:
    """The wave cut."""
    return [wave[at : at + size] for at in range(0, len(wave), size)]


def test_a_filter_answers_as_wished() -> None:
    """Its response at the middle of each band is the wish, within half a decibel."""
    wish = 9 * np.sin(np.linspace(0, 5, BANDS))
    taps = minimum_phase(wish, RATE)
    response = np.abs(np.fft.rfft(taps, 1 << 15))
    at = np.round(centres_hz() / RATE * (1 << 15)).astype(int)
    assert np.abs(20 * np.log10(response[at]) - wish).max() < 0.6


def test_a_filter_delays_nothing() -> None:
    """Half of its energy comes within half a millisecond."""
    taps = minimum_phase(9 * np.cos(np.linspace(0, 7, BANDS)), RATE)
    energy = np.cumsum(taps**2) / np.sum(taps**2)
    assert np.searchsorted(energy, 0.5) / RATE < 0.0005


@pytest.mark.parametrize("size", CUTS)
def test_a_filtered_stream_has_no_joins(size: int) -> None:
    """Cut anywhere, it is the wave filtered whole."""
    taps = minimum_phase(9 * np.cos(np.linspace(0, 7, BANDS)), RATE)
    wave, stream = voice(0.4), Filter()
    found = np.concatenate([stream.run(piece, taps) for piece in pieces(wave, size)])
    assert np.abs(found - np.convolve(wave, taps)[: len(wave)]).max() < 1e-12


def test_a_filter_may_change_between_stretches() -> None:
    """What the first filter still rings with is added to what the second makes."""
    first, second = np.array([1.0, 0.5, 0.25]), np.array([2.0])
    stream = Filter()
    stream.run(np.array([1.0]), first)
    assert stream.run(np.array([1.0, 0.0, 0.0]), second).tolist() == pytest.approx([2.5, 0.25, 0])


@pytest.mark.parametrize("size", CUTS)
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_breathed_stream_has_no_joins(size: int, share: float) -> None:
    """However it is cut it is the same, as long as before; without breath it is as it was."""
    wave = voice(0.5)
    whole, cut = Breath(RATE), Breath(RATE)
    expected = np.concatenate([whole.run(wave, share), whole.finish(share)])
    found = np.concatenate(
        [*(cut.run(each, share) for each in pieces(wave, size)), cut.finish(share)]
    )
    assert len(found) == len(wave)
    assert np.abs(found - expected).max() < 1e-12
    if share == 0:
        assert np.abs(found - wave).max() < 1e-12


def test_a_short_stream_is_breathed_too() -> None:
    """One that ends before the first frame is full."""
    stream = Breath(RATE)
    assert len(np.concatenate([stream.run(voice(0.001), 0.5), stream.finish(0.5)])) == 22


def test_a_whisper_has_no_harmonics() -> None:
    """At a share of 1 the spectrum between the harmonics is as high as on them."""
    stream = Breath(RATE)
    wave = np.concatenate([stream.run(voice(2.0), 1.0), stream.finish(1.0)])
    power = np.abs(np.fft.rfft(wave)) ** 2
    hertz = np.fft.rfftfreq(len(wave), 1 / RATE)
    distance = np.abs((hertz + 65) % 130 - 65)
    band = (hertz > 700) & (hertz < 2_300)
    on, off = power[band & (distance < 10)].mean(), power[band & (distance > 50)].mean()
    assert abs(10 * np.log10(on / off)) < 2.5


@pytest.mark.parametrize("factor", [0.0, 0.5, 2.0])
def test_pauses_are_scaled_and_samples_keep_track(factor: float) -> None:
    """A silence beyond its first 30 ms is multiplied; every loud sample is found where it went."""
    loud = np.full(3_000, 900, np.int16)
    loud[::100] = np.arange(1_000, 1_030)
    silence = np.zeros(10_000, np.int16)
    pcm = np.concatenate([loud, silence, loud, silence])
    stream = Pauses(RATE)
    found = np.concatenate(
        [stream.run(pcm[at : at + 441], factor) for at in range(0, len(pcm), 441)]
    )
    kept = round(0.03 * RATE)
    assert len(found) == pytest.approx(2 * (3_000 + kept + (10_000 - kept) * factor), abs=2)
    for sample in (0, 1_500, 13_000, 14_500, 15_999):
        assert found[stream.place(sample)] == pcm[sample]
    assert stream.place(len(pcm)) == len(found)


def test_loud_samples_bend_and_never_wrap() -> None:
    """Beyond the knee a wave is bent below full scale, in order."""
    wave = np.linspace(-3, 3, 1_001)
    pcm = rounded(wave)
    assert np.abs(pcm.astype(int)).max() < 32_500
    assert (np.diff(pcm.astype(int)) >= 0).all()
    soft = np.abs(wave) < 0.7
    assert np.abs(pcm[soft] / 32_768 - wave[soft]).max() < 1e-4


def test_a_plain_guise_changes_the_rate_alone() -> None:
    """No filter, no breath and no gain: what is heard is espeak-ng's sound at our rate."""
    pcm = (voice(0.3) * 15_000).astype(np.int16)
    dress = Dress(RATE)
    dress.put_on(Guise("", 175, 50))
    found = np.concatenate([*(dress.wear(each) for each in pieces(pcm, 4_410)), dress.take_off()])
    expected = soxr.resample(pcm.astype(float), RATE, 24_000)
    assert len(found) == len(expected)
    assert np.abs(found - expected).max() < 2
