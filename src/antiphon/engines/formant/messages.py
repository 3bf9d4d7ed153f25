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


class Job(msgspec.Struct, frozen=True, array_like=True):
    """One clause to say."""

    parts: tuple[Part, ...]
    wpm: int
    volume: int


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
