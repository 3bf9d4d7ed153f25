"""The formats by name, their rates, and the header of WAV."""

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


def test_pcm_is_left_as_it_is() -> None:
    """The same rate changes nothing, in no format of samples."""
    assert encoded("pcm") == PCM
    assert encoded("wav") == wav.header(RATE) + PCM


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_in_is_nearly_nothing_out(name: str) -> None:
    """An encoder that was given nothing finishes cleanly."""
    encoder = open_encoder(FORMATS[name], 16_000, RATE)
    assert encoder.encode(b"") + encoder.finish() == (wav.header(RATE) if name == "wav" else b"")


def test_a_header_may_know_its_length() -> None:
    """Then a file can be sought; a length that no WAV file can have is refused."""
    with av.open(io.BytesIO(wav.header(RATE, len(PCM)) + PCM), "r") as container:
        assert container.duration == SECONDS * 1_000_000
    with pytest.raises(ValueError, match="4 GiB"):
        wav.header(RATE, 2**32)


def test_an_unknown_format_lists_what_there_is() -> None:
    """So that the caller can choose."""
    with pytest.raises(UnsupportedFormat, match="aac, alaw, flac, mp3, opus, pcm, ulaw, wav, webm"):
        find_format("midi")


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("pcm", 7_999),
        ("wav", 48_001),
        ("mp3", 12_000),
        ("aac", 16_000),
        ("opus", 8_000),
        ("opus", 44_100),
        ("ulaw", 7_999),
    ],
)
def test_a_rate_that_a_format_lacks_is_refused(name: str, rate: int) -> None:
    """With the field named."""
    with pytest.raises(InvalidRequest) as refused:
        FORMATS[name].check_rate(rate)
    assert refused.value.param == "sample_rate"


def test_warming_loads_every_codec() -> None:
    """It may be done twice."""
    warm()
    warm()
