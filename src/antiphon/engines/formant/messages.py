"""What the engine and its child processes say to each other, in msgpack."""

from __future__ import annotations

import msgspec

ABORT = b""  # an empty message: leave the clause in hand

RATE = 24_000  # Hz; espeak-ng makes 22 050, and clients of OpenAI expect 24 000


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of a clause in one espeak-ng voice, and where it starts in the clause."""

    voice: str
    text: str
    start: int


class Guise(msgspec.Struct, frozen=True, array_like=True):
    """How a part sounds that no ready-made voice says: matched to a recording, or in a mood.

    `lines` describe the voice as in espeak-ng's voice files; `gap` lengthens every gap between
    words, in 10 ms; `taps` is a filter (float32; empty: none) and `gain_db` comes after it;
    `breath` is the share of noise in the voice, and `pause` multiplies the pauses.
    """

    lines: str
    wpm: int
    volume: int
    gap: int = 0
    taps: bytes = b""
    gain_db: float = 0.0
    breath: float = 0.0
    pause: float = 1.0


class Job(msgspec.Struct, frozen=True, array_like=True):
    """One clause to say; with `guises`, one for each part, they say how."""

    parts: tuple[Part, ...]
    wpm: int
    volume: int
    guises: tuple[Guise, ...] = ()


class Packet(msgspec.Struct, frozen=True, array_like=True, tag="audio"):
    """PCM at the engine's rate, with words as (start, end, sample) in the clause."""

    pcm: bytes
    words: list[tuple[int, int, int]]
    last: bool = False


class Done(msgspec.Struct, frozen=True, array_like=True, tag="done"):
    """The worker is ready; a clause that was begun was left on request, or failed with a reason."""

    failure: str | None = None


Message = Packet | Done


def ends(message: Message) -> bool:
    """Whether nothing more comes of this clause."""
    return isinstance(message, Done) or message.last


encode = msgspec.msgpack.Encoder().encode
decode_job = msgspec.msgpack.Decoder(Job).decode
decode_message = msgspec.msgpack.Decoder(Message).decode


class Fitted(msgspec.Struct, frozen=True, array_like=True):
    """What a fitter answers: a profile, or why the recording has none."""

    profile: bytes = b""
    refusal: str = ""


decode_fitted = msgspec.msgpack.Decoder(Fitted).decode
