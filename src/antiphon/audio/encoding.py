"""The audio formats, each an encoder that turns PCM frames into one continuous stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from antiphon.audio import codecs, wav
from antiphon.audio.resampling import Resampled
from antiphon.errors import InvalidRequest, UnsupportedFormat

DEFAULT_RATE = 24_000  # what clients of OpenAI's API take headerless PCM for
TELEPHONE_RATE = 8_000
LOWEST_RATE, HIGHEST_RATE = 8_000, 48_000
# At lower rates frames of MP3 and AAC last longer, and so does what soxr holds before Opus: more
# than 200 ms would be held back.
MP3_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
AAC_RATES = MP3_RATES[1:]
OPUS_RATES = (12_000, 16_000, 24_000, 48_000)


class Encoder(Protocol):
    """Turns mono s16 PCM into bytes of a format."""

    def encode(self, pcm: bytes) -> bytes:
        """The bytes that are ready now; there may be none yet."""
        ...

    def finish(self) -> bytes:
        """The bytes still held back; nothing is encoded after this."""
        ...


class Pcm:
    """Headerless s16 little-endian samples: what comes in goes out."""

    def __init__(self, rate: int) -> None:
        """Headerless samples do not say their rate."""

    def encode(self, pcm: bytes) -> bytes:
        return pcm

    def finish(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name, its media type, how to open it, and its rates (none: any).

    A `plain` format holds the samples as they are, and its encoder opens in no time.
    """

    name: str
    media_type: str
    encoder: Callable[[int], Encoder]
    rates: tuple[int, ...] = ()
    default_rate: int = DEFAULT_RATE
    plain: bool = False

    def check_rate(self, rate: int) -> None:
        """Raise `InvalidRequest` for a rate that the format cannot carry."""
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise InvalidRequest(
                f"sample_rate is {rate} and must be {LOWEST_RATE} to {HIGHEST_RATE}", "sample_rate"
            )
        if self.rates and rate not in self.rates:
            known = ", ".join(map(str, self.rates))
            raise InvalidRequest(
                f"{self.name} has no sample rate {rate}; it has {known}", "sample_rate"
            )


FORMATS = {
    each.name: each
    for each in (
        Format("mp3", "audio/mpeg", codecs.mp3, MP3_RATES),
        Format("opus", "audio/ogg; codecs=opus", codecs.opus, OPUS_RATES),
        Format("webm", "audio/webm; codecs=opus", codecs.webm, OPUS_RATES),
        Format("aac", "audio/aac", codecs.aac, AAC_RATES),
        Format("flac", "audio/flac", codecs.flac),
        Format("wav", "audio/wav", wav.Wav, plain=True),
        Format("pcm", "audio/pcm", Pcm, plain=True),
        Format("ulaw", "audio/PCMU", codecs.ulaw, default_rate=TELEPHONE_RATE),
        Format("alaw", "audio/PCMA", codecs.alaw, default_rate=TELEPHONE_RATE),
    )
}


def find_format(name: str) -> Format:
    """The format of that name; raises `UnsupportedFormat` listing what there is."""
    if name not in FORMATS:
        raise UnsupportedFormat(name, FORMATS)
    return FORMATS[name]


def open_encoder(format: Format, rate_in: int, rate_out: int) -> Encoder:
    """An encoder for PCM at `rate_in` that gives a stream at `rate_out`; equal rates are free."""
    encoder = format.encoder(rate_out)
    return encoder if rate_in == rate_out else Resampled(encoder, rate_in, rate_out)


def warm() -> None:
    """Load every codec now, so that the first listener does not wait for an import."""
    for each in FORMATS.values():
        encoder = open_encoder(each, 16_000, each.default_rate)
        encoder.encode(bytes(3_200))
        encoder.finish()
