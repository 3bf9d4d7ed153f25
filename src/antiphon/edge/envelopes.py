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


class Word(msgspec.Struct, frozen=True):
    """A word is heard: `input[start:end]` in code points, `at` seconds into the audio."""

    start: int
    end: int
    at: float


class Delta(
    msgspec.Struct, frozen=True, tag_field="type", tag="speech.audio.delta", omit_defaults=True
):
    """The next slice of one continuous stream, in base64, and the words that begin about here."""

    audio: str
    words: tuple[Word, ...] = ()


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

    def piece(self, data: bytes, words: tuple[Word, ...] = ()) -> bytes: ...

    def done(self, usage: Usage, reason: str) -> bytes: ...

    def failed(self, error: SpeechError) -> bytes | None: ...


class Bare:
    """The audio itself."""

    def headers(self, media_type: str) -> dict[str, str]:
        return {"content-type": media_type}

    def piece(self, data: bytes, words: tuple[Word, ...] = ()) -> bytes:
        return data

    def done(self, usage: Usage, reason: str) -> bytes:
        return b""

    def failed(self, error: SpeechError) -> None:
        """Without the last chunk, every client knows that something is missing."""


class Events:
    """OpenAI's speech events; with `word_timestamps`, ours too: the words beside the audio."""

    def __init__(self, word_timestamps: bool = False) -> None:
        self._word_timestamps = word_timestamps

    def headers(self, media_type: str) -> dict[str, str]:
        return {"content-type": "text/event-stream", "x-accel-buffering": "no"}

    def piece(self, data: bytes, words: tuple[Word, ...] = ()) -> bytes:
        audio = base64.b64encode(data).decode("ascii")
        return _event(Delta(audio, words if self._word_timestamps else ()))

    def done(self, usage: Usage, reason: str) -> bytes:
        return _event(Done(usage, reason))

    def failed(self, error: SpeechError) -> bytes:
        return _event(Failed(problem(error).error))


def _event(event: Delta | Done | Failed) -> bytes:
    return b"data: " + msgspec.json.encode(event) + b"\n\n"
