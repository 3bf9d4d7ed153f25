"""The audio formats, each an encoder that turns PCM frames into one continuous stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from antiphon.audio import mp3, wav
from antiphon.audio.resampling import Resampled
from antiphon.errors import InvalidRequest, UnsupportedFormat

DEFAULT_RATE = 24_000  # what clients of OpenAI's API take headerless PCM for
LOWEST_RATE, HIGHEST_RATE = 8_000, 48_000


class Encoder(Protocol):
    """Turns mono s16 PCM into bytes of a format; `immediate` means cheap enough to do in place."""

    @property
    def media_type(self) -> str:
        """What the bytes are called on the wire."""
        ...

    @property
    def immediate(self) -> bool:
        """Whether `encode` takes next to no time, so that no thread is needed."""
        ...

    def encode(self, pcm: bytes) -> bytes:
        """The bytes that are ready now; there may be none yet."""
        ...

    def finish(self) -> bytes:
        """The bytes still held back; nothing is encoded after this."""
        ...


class Pcm:
    """Headerless s16 little-endian samples: what comes in goes out."""

    media_type, immediate = "audio/pcm", True

    def __init__(self, rate: int) -> None:
        """Headerless samples do not say their rate."""

    def encode(self, pcm: bytes) -> bytes:
        return pcm

    def finish(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name, its media type, how to open it, and its rates (none: any)."""

    name: str
    media_type: str
    encoder: Callable[[int], Encoder]
    rates: tuple[int, ...] = ()

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
        Format("mp3", "audio/mpeg", mp3.Mp3, mp3.RATES),
        Format("wav", "audio/wav", wav.Wav),
        Format("pcm", "audio/pcm", Pcm),
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
        encoder = open_encoder(each, 16_000, DEFAULT_RATE)
        encoder.encode(bytes(3_200))
        encoder.finish()
