"""Every format gives one continuous stream of the right length, at every rate."""

from __future__ import annotations

import io
import math
from array import array
from collections.abc import Iterator

import av
import pytest

from antiphon.audio import wav
from antiphon.audio.encoding import FORMATS, find_format, open_encoder, warm
from antiphon.errors import InvalidRequest, UnsupportedFormat

RATE = 24_000
SECONDS = 2
PCM = array("h", (round(9_000 * math.sin(n / 20)) for n in range(RATE * SECONDS))).tobytes()


def frames(size: int) -> Iterator[bytes]:
    """The same audio in frames of so many bytes."""
    return (PCM[at : at + size] for at in range(0, len(PCM), size))


def encoded(name: str, rate: int = RATE, size: int = 4_800) -> bytes:
    """The whole stream of a format."""
    encoder = open_encoder(FORMATS[name], RATE, rate)
    return b"".join(map(encoder.encode, frames(size))) + encoder.finish()


def decoded_s(name: str, stream: bytes) -> float:
    """How long a decoder plays it."""
    with av.open(io.BytesIO(stream), "r", format=name) as container:
        heard = list(container.decode(container.streams.audio[0]))
    return sum(frame.samples for frame in heard) / heard[0].sample_rate


def test_pcm_is_left_as_it_is() -> None:
    """The same rate changes nothing, in no format of samples."""
    assert encoded("pcm") == PCM
    assert encoded("wav") == wav.header(RATE) + PCM


@pytest.mark.parametrize("rate", FORMATS["mp3"].rates)
def test_mp3_plays_as_long_as_what_went_in(rate: int) -> None:
    """But for the codec's own frame of silence at each end."""
    assert 0 <= decoded_s("mp3", encoded("mp3", rate)) - SECONDS < 0.12


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_wav_plays_as_long_as_what_went_in(rate: int) -> None:
    """Resampling keeps the duration."""
    assert decoded_s("wav", encoded("wav", rate)) == pytest.approx(SECONDS, abs=0.001)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_how_the_input_is_cut_changes_no_byte(name: str, rate: int) -> None:
    """Frames of any size give the same stream."""
    assert encoded(name, rate, size=4_800) == encoded(name, rate, size=962)


@pytest.mark.parametrize("rate", FORMATS["mp3"].rates)
def test_no_encoder_holds_back_more_than_200_ms(rate: int) -> None:
    """Audio that went in is on its way, resampled or not."""
    encoder = open_encoder(FORMATS["mp3"], RATE, rate)
    bits_per_s = 128_000 if rate >= 32_000 else 64_000
    out = 0
    for n, frame in enumerate(frames(480), 1):
        out += len(encoder.encode(frame))
        assert n * 0.01 - out * 8 / bits_per_s <= 0.2
    assert len(encoder.finish()) > 0


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_in_is_nearly_nothing_out(name: str) -> None:
    """An encoder that was given nothing finishes cleanly."""
    encoder = open_encoder(FORMATS[name], 16_000, RATE)
    assert encoder.encode(b"") + encoder.finish() == (wav.header(RATE) if name == "wav" else b"")
    assert encoder.media_type == FORMATS[name].media_type


def test_a_header_may_know_its_length() -> None:
    """Then a file can be sought; a length that no WAV file can have is refused."""
    with av.open(io.BytesIO(wav.header(RATE, len(PCM)) + PCM), "r") as container:
        assert container.duration == SECONDS * 1_000_000
    with pytest.raises(ValueError, match="4 GiB"):
        wav.header(RATE, 2**32)


def test_an_unknown_format_lists_what_there_is() -> None:
    """So that the caller can choose."""
    with pytest.raises(UnsupportedFormat, match="mp3, pcm, wav"):
        find_format("midi")


@pytest.mark.parametrize(("name", "rate"), [("pcm", 7_999), ("wav", 48_001), ("mp3", 8_000)])
def test_a_rate_that_a_format_lacks_is_refused(name: str, rate: int) -> None:
    """With the field named."""
    with pytest.raises(InvalidRequest) as refused:
        FORMATS[name].check_rate(rate)
    assert refused.value.param == "sample_rate"


def test_warming_loads_every_codec() -> None:
    """It may be done twice."""
    warm()
    warm()
