"""What is measured of a voice, on sounds whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from antiphon.audio.analysis import colour, framing, measures, pace, pitch
from antiphon.audio.analysis.framing import Wave

RATE = 24_000


def tone(hertz: Wave, rate: int = RATE) -> Wave:
    """A voice-like sound: ten harmonics of a pitch given for each sample, falling by 6 dB."""
    phase = 2 * np.pi * np.cumsum(hertz) / rate
    return 0.2 * sum((np.sin(k * phase) / k for k in range(1, 11)), start=np.zeros(len(hertz)))


def syllables(count: int, each_s: float, rate: int = RATE) -> Wave:
    """As many bumps of a steady voice."""
    length = round(each_s * rate)
    bump = np.hanning(length) ** 2
    return tone(np.full(count * length, 140.0)) * np.tile(bump, count)


@pytest.mark.parametrize("hertz", [75.0, 110.0, 220.0, 410.0])
def test_a_steady_pitch_is_found(hertz: float) -> None:
    """Within 3 cents, in every register of the human voice."""
    line = pitch.melody(tone(np.full(RATE, hertz)), RATE)
    assert len(line.voiced) > 90
    assert abs(1200 * np.log2(np.median(line.voiced) / hertz)) < 3


def test_a_gliding_pitch_is_followed() -> None:
    """A glide over an octave is tracked without octave jumps, and its slope is the movement."""
    hertz = 120 * 2 ** np.linspace(0, 1, 2 * RATE)
    line = pitch.melody(tone(hertz), RATE)
    at = np.arange(len(line.hertz)) * RATE // 100
    inside = (at > 2_000) & (at < len(hertz) - 2_000)
    apart = 1200 * np.log2(line.hertz[inside] / hertz[at[inside]])
    assert np.abs(apart).max() < 40
    assert measures.movement(line) == pytest.approx(6.0, rel=0.1)


def test_the_spread_is_that_of_the_pitch() -> None:
    """Pitches spread normally by 200 cents are measured so."""
    cents = np.random.default_rng(2).normal(0, 200, 400)
    line = pitch.Melody(150 * 2 ** (cents / 1200), np.ones(400))
    assert measures.spread_cents(line) == pytest.approx(200, rel=0.12)


def test_noise_and_silence_have_no_pitch() -> None:
    """Nothing is voiced, and no measure fails."""
    noise = np.random.default_rng(1).normal(0, 0.1, RATE)
    for wave in (noise, np.zeros(RATE), np.zeros(0), np.zeros(7)):
        assert len(pitch.melody(wave, RATE).voiced) <= 5
        assert measures.measure(wave, RATE).syllables_hz < 25


def test_noise_in_a_voice_is_breath() -> None:
    """The ratio of harmonics to noise falls with the noise, about as fast."""
    clean = tone(np.full(RATE, 130.0))
    hiss = np.random.default_rng(3).normal(0, 1, RATE)
    hiss *= np.std(clean) / np.std(hiss)
    found = [
        measures.breath_db(pitch.melody(clean + hiss * 10 ** (-db / 20), RATE))
        for db in (25, 15, 5)
    ]
    assert found[0] > found[1] + 5 > found[2] + 10


def test_syllables_are_counted() -> None:
    """Bumps of loudness a second, whatever their number."""
    assert pace.pace(syllables(12, 0.25), RATE).syllables_hz == pytest.approx(4.0, rel=0.06)
    assert pace.pace(syllables(12, 0.16), RATE).syllables_hz == pytest.approx(6.25, rel=0.08)


def test_pauses_are_no_speech() -> None:
    """A silence inside is a pause and does not slow the pace; silence around is neither."""
    part, gap = syllables(8, 0.25), np.zeros(RATE // 2)
    found = pace.pace(np.concatenate([gap, part, gap, part, gap]), RATE)
    assert found.pauses == 1
    assert found.mean_pause_s == pytest.approx(0.5, abs=0.2)
    assert found.syllables_hz == pytest.approx(4.0, rel=0.1)


def test_the_colour_is_what_a_filter_did() -> None:
    """The average spectrum of filtered noise differs by the filter, and a level is no colour."""
    noise = np.random.default_rng(4).normal(0, 0.1, 4 * RATE)
    bright = np.diff(noise, prepend=0.0)
    flat, rising = (colour.average_db(colour.bands_db(each, RATE)) for each in (noise, bright))
    hertz = colour.centres_hz()
    expected = 20 * np.log10(2 * np.sin(np.pi * hertz / RATE))
    apart = (rising - flat) - expected
    assert np.abs(apart - apart.mean()).max() < 1.5
    louder = colour.average_db(colour.bands_db(noise * 3, RATE))
    assert colour.distance_db(flat, louder) < 0.1


def test_a_telephone_ends_early() -> None:
    """The bandwidth of a recording is where its sound ends."""
    spectrum = np.fft.rfft(np.random.default_rng(5).normal(0, 0.1, 4 * RATE))
    spectrum[np.fft.rfftfreq(4 * RATE, 1 / RATE) > 3_400] = 0
    average = colour.average_db(colour.bands_db(np.fft.irfft(spectrum), RATE))
    assert 3_000 < colour.bandwidth_hz(average) < 4_800


def test_a_recording_at_another_rate_measures_the_same() -> None:
    """16 and 24 kHz of one sound agree in every measure that matching uses."""
    wave = syllables(12, 0.25)
    one = measures.measure(wave, RATE)
    other = measures.measure(soxr.resample(wave, RATE, 16_000), 16_000)
    assert other.pitch_hz == pytest.approx(one.pitch_hz, rel=0.003)
    assert other.level_db == pytest.approx(one.level_db, abs=0.3)
    assert other.syllables_hz == pytest.approx(one.syllables_hz, rel=0.05)


def test_a_frame_is_centred_on_its_time() -> None:
    """Frame n is about sample n times the hop, to the last one."""
    wave = np.zeros(RATE)
    wave[RATE // 2] = 1.0
    levels = framing.level_db(wave, RATE)
    assert len(levels) == 101
    loud = np.flatnonzero(levels > -100)
    assert loud.mean() == pytest.approx(50, abs=0.6)
