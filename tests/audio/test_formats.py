"""What listeners hear of every format: all of it, in time, without a seam, as loud as it was."""

from __future__ import annotations

import gc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.audio.encoding import FORMATS, HIGHEST_RATE, LOWEST_RATE, open_encoder
from tests.audio.hearing import DELAY, Samples, encoded, hear, held_back_s, lag

RATE = 24_000
ANY_RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
CARRIED = [(each.name, rate) for each in FORMATS.values() for rate in each.rates or ANY_RATES]
EXACT = [(name, rate) for name, rate in CARRIED if name not in DELAY]
LATE = [(name, rate) for name, rate in CARRIED if name in DELAY]
LOSSLESS = ("wav", "pcm", "flac")
QUIETER_DB = {"mp3": 0.45}  # LAME's own headroom against clipping


def as_pcm(samples: Samples) -> bytes:
    """Full scale is 1."""
    return np.round(samples * 32_767).astype("<i2").tobytes()


def noise(seconds: float, rate: int = RATE) -> bytes:
    """Noise of the band that speech has, at about -20 dBFS; no two stretches are alike."""
    white = np.random.default_rng(7).standard_normal(round(seconds * rate))
    width = max(2, rate // 2_000)
    smooth = np.convolve(white, np.ones(width) / width, "same")
    return as_pcm(np.clip(smooth / smooth.std() * 0.1, -1, 1))


def tone(seconds: float, hertz: float = 220.0) -> Samples:
    """A tone at half of full scale."""
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def level_db(samples: Samples) -> float:
    """The root of the mean square."""
    return float(20 * np.log10(np.sqrt(np.mean(samples**2))))


@pytest.mark.parametrize(("name", "rate"), EXACT)
@pytest.mark.parametrize("seconds", [0.31, 1.0 + 137 / RATE])
def test_what_can_be_exact_plays_exactly_as_long(name: str, rate: int, seconds: float) -> None:
    """Container and decoder agree on both ends, to the one sample that rounding takes."""
    heard = hear(name, encoded(name, noise(seconds), RATE, rate)[0], rate)
    assert abs(heard.seconds - seconds) <= 1 / rate
    assert abs(lag(heard, noise(seconds), RATE)) <= 1


@pytest.mark.parametrize(("name", "rate"), LATE)
def test_what_begins_late_is_late_by_the_stated_delay(name: str, rate: int) -> None:
    """MP3 and AAC streams cannot say what to leave out; after it, all of the audio is there."""
    heard = hear(name, encoded(name, noise(1.0), RATE, rate)[0], rate)
    assert abs(lag(heard, noise(1.0), RATE) - DELAY[name]) <= 1
    assert 0 <= heard.seconds - 1.0 - DELAY[name] / rate < 2 * 1_152 / rate


@pytest.mark.parametrize(("name", "rate"), CARRIED)
@pytest.mark.parametrize("engine_rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_no_format_holds_back_more_than_200_ms(name: str, rate: int, engine_rate: int) -> None:
    """Fed 20 ms at a time; counted is what a decoder could play by then."""
    assert held_back_s(name, noise(0.8, engine_rate), engine_rate, rate) <= 0.2


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_how_frames_are_cut_changes_no_byte(name: str, data: st.DataObject) -> None:
    """Any cuts, at any rate, give the bytes of encoding everything at once."""
    whole = noise(0.3)
    offered = FORMATS[name].rates
    rates = st.sampled_from(offered) if offered else st.integers(LOWEST_RATE, HIGHEST_RATE)
    rate = data.draw(rates)
    cuts = data.draw(st.lists(st.integers(0, len(whole) // 2), max_size=40))
    once, often = (open_encoder(FORMATS[name], RATE, rate) for _ in range(2))
    pieces = (whole[2 * a : 2 * b] for a, b in pairwise([0, *sorted(cuts), len(whole) // 2]))
    stream = b"".join(map(often.encode, pieces)) + often.finish()
    assert stream == once.encode(whole) + once.finish()


@pytest.mark.parametrize(("name", "rate"), CARRIED)
def test_frames_join_without_a_click(name: str, rate: int) -> None:
    """The decoded tone is the tone that went in, and bends nowhere more sharply than that does."""
    wave = tone(1.0)
    heard = hear(name, encoded(name, as_pcm(wave), RATE, rate)[0], rate)
    late = round(DELAY.get(name, 0) * heard.rate / rate)
    middle = heard.samples[late + heard.rate // 10 : late + heard.rate * 9 // 10]
    bend = np.abs(np.diff(middle, 2)).max()
    rounding = 0.012 if "law" in name else 0.002
    assert bend <= 0.5 * (2 * np.pi * 220 / heard.rate) ** 2 + 4 * rounding
    assert level_db(middle) == pytest.approx(level_db(wave) - QUIETER_DB.get(name, 0), abs=0.1)


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_means_every_sample(name: str) -> None:
    """At the engine's own rate nothing is changed."""
    heard = hear(name, encoded(name, noise(0.5), RATE, RATE)[0], RATE)
    assert (heard.samples * 32_768).astype("<i2").tobytes() == noise(0.5)


@pytest.mark.parametrize(("name", "rate"), CARRIED)
def test_audio_leaves_as_loud_as_it_came(name: str, rate: int) -> None:
    """No format and no rate changes the level of what it carries, but MP3 by half a decibel."""
    wave = tone(1.0) * 0.2
    heard = hear(name, encoded(name, as_pcm(wave), RATE, rate)[0], rate)
    late = round(DELAY.get(name, 0) * heard.rate / rate)
    during = heard.samples[late : late + heard.rate]
    assert level_db(during) == pytest.approx(level_db(wave) - QUIETER_DB.get(name, 0), abs=0.2)


@pytest.mark.parametrize("rate", [rate for rate in ANY_RATES if rate != RATE])
@pytest.mark.parametrize("name", ["pcm", "ulaw", "flac"])
def test_full_scale_saturates(name: str, rate: int) -> None:
    """A square wave overshoots when it is resampled; no sample wraps round to the other side."""
    square = np.sign(tone(0.5, hertz=100.0) + 1e-9)
    heard = hear(name, encoded(name, as_pcm(square), RATE, rate)[0], rate)
    at = np.arange(len(heard.samples)) / rate * 100 % 1.0
    inside = (np.abs(at - 0.25) < 0.2) | (np.abs(at - 0.75) < 0.2)
    assert np.all((heard.samples > 0)[inside] == (at < 0.5)[inside])
    assert heard.samples.max() > 0.97
    assert heard.samples.min() < -0.97


@pytest.mark.parametrize("name", FORMATS)
def test_an_encoder_may_be_left_at_any_time(name: str) -> None:
    """A listener who goes leaves nothing to clean up."""
    encoder = open_encoder(FORMATS[name], RATE, FORMATS[name].default_rate)
    encoder.encode(noise(0.3))
    del encoder
    gc.collect()
