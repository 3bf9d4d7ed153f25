"""The two shapes in which audio leaves: bare bytes, and server-sent events."""

from __future__ import annotations

import base64
import math
from typing import Protocol

import msgspec

from antiphon.edge.problems import Detail, problem
from antiphon.errors import SpeechError

TOKENS_PER_SECOND = 25


class Usage(msgspec.Struct, frozen=True):
    """What was used: a character is an input token, 40 ms of audio an output token."""

    input_tokens: int
    output_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, characters: int, audio_s: float) -> Usage:
        """Output tokens are rounded up."""
        spoken = math.ceil(round(audio_s * TOKENS_PER_SECOND, 6))
        return cls(characters, spoken, characters + spoken)


class Delta(msgspec.Struct, frozen=True, tag_field="type", tag="speech.audio.delta"):
    """The next slice of one continuous stream, in base64."""

    audio: str


class Done(msgspec.Struct, frozen=True, tag_field="type", tag="speech.audio.done"):
    """The end, and truthfully why: `complete`, or `length` at the engine's own bound."""

    usage: Usage
    finish_reason: str


class Failed(msgspec.Struct, frozen=True, tag_field="type", tag="speech.audio.error"):
    """The stream broke here and ends."""

    error: Detail


class Envelope(Protocol):
    """How encoded audio is wrapped; `failed` is None where only dropping the connection tells."""

    def headers(self, media_type: str) -> dict[str, str]: ...

    def piece(self, data: bytes) -> bytes: ...

    def done(self, usage: Usage, reason: str) -> bytes: ...

    def failed(self, error: SpeechError) -> bytes | None: ...


class Bare:
    """The audio itself."""

    def headers(self, media_type: str) -> dict[str, str]:
        return {"content-type": media_type}

    def piece(self, data: bytes) -> bytes:
        return data

    def done(self, usage: Usage, reason: str) -> bytes:
        return b""

    def failed(self, error: SpeechError) -> None:
        """Without the last chunk, every client knows that something is missing."""


class Events:
    """OpenAI's speech events."""

    def headers(self, media_type: str) -> dict[str, str]:
        return {"content-type": "text/event-stream", "x-accel-buffering": "no"}

    def piece(self, data: bytes) -> bytes:
        return _event(Delta(base64.b64encode(data).decode("ascii")))

    def done(self, usage: Usage, reason: str) -> bytes:
        return _event(Done(usage, reason))

    def failed(self, error: SpeechError) -> bytes:
        return _event(Failed(problem(error).error))


def _event(event: Delta | Done | Failed) -> bytes:
    return b"data: " + msgspec.json.encode(event) + b"\n\n"
