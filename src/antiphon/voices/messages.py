"""What the process that checks a recording is asked, and what it answers."""

from __future__ import annotations

import msgspec


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """How to check the file that follows: `whole` keeps all its speech, not the best of it."""

    whole: bool


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """It has loaded everything and given up what it does not need."""


class Passed(msgspec.Struct, frozen=True, tag="passed"):
    """The recording, and what was measured of it."""

    pcm: bytes
    rate: int
    duration_s: float
    speech_s: float
    level_dbfs: float
    snr_db: float
    clipped_share: float
    bandwidth_hz: float
    start_s: float
    end_s: float
    advice: tuple[str, ...]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The name of a class in `refusals`, and its facts."""

    name: str
    facts: tuple[str | float, ...]


class Broke(msgspec.Struct, frozen=True, tag="broke"):
    """The check itself failed, which is a mistake of ours; `why` is for the log."""

    why: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The file ended the process that read it; `status` is negative for a signal."""

    status: int


Reply = Ready | Passed | Refused | Broke | Ended


def encode(reply: Reply) -> bytes:
    """As it goes through the pipe."""
    return msgspec.msgpack.encode(reply)


def decode(body: bytes) -> Reply:
    """As it came through the pipe; raises `msgspec.MsgspecError`."""
    reply: Reply = msgspec.msgpack.decode(body, type=Reply)
    return reply
