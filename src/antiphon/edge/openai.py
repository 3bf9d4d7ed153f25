"""OpenAI's dialect: what a speech request says, and what it means."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import msgspec

from antiphon.audio.encoding import (
    FORMATS,
    HIGHEST_RATE,
    LOWEST_RATE,
    find_format,
)
from antiphon.edge.answer import Plan
from antiphon.edge.casting import Cast
from antiphon.edge.envelopes import Bare, Events
from antiphon.edge.models import check_model
from antiphon.edge.pronouncing import Rules
from antiphon.edge.styling import styled
from antiphon.errors import InvalidRequest, UnsupportedLanguage
from antiphon.settings import Settings
from antiphon.speech import Card, Style, Utterance
from antiphon.text.check import check_text
from antiphon.text.language import is_tag

FORMAT_NAMES = {"enum": [*FORMATS, None]}


class VoiceReference(msgspec.Struct, frozen=True):
    """A voice by its id."""

    id: str


class SpeechRequest(msgspec.Struct, frozen=True):
    """The body of `POST /v1/audio/speech`; what follows `stream_format` is our own.

    `word_timestamps` puts the words beside the audio of server-sent events; `pitch` is in
    semitones, `energy` in decibels. Fields win over what `instructions` ask for. Dictionaries are
    named by id or name; `pronunciations` are counted before them. `ref_audio` is a recording to
    speak like, in base64 or as a data: URI, and `ref_text` what is said in it; `style_audio` is one
    whose mood is carried over, and wins over `emotion`.
    """

    input: str
    model: str | None = None
    voice: str | VoiceReference | None = None
    response_format: Annotated[str | None, msgspec.Meta(extra_json_schema=FORMAT_NAMES)] = None
    speed: Annotated[float, msgspec.Meta(ge=0.25, le=4.0)] | None = None
    instructions: str | None = None
    stream_format: Literal["audio", "sse"] | None = None
    language: str | None = None
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None = None
    sample_rate: Annotated[int, msgspec.Meta(ge=LOWEST_RATE, le=HIGHEST_RATE)] | None = None
    word_timestamps: bool | None = None
    pitch: Annotated[float, msgspec.Meta(ge=-12, le=12)] | None = None
    energy: Annotated[float, msgspec.Meta(ge=-20, le=12)] | None = None
    emotion: str | None = None
    emotion_strength: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    pronunciations: Rules | None = None
    pronunciation_dictionaries: list[str] | None = None
    ref_audio: str | None = None
    ref_text: str | None = None
    style_audio: str | None = None

    @property
    def voice_name(self) -> str | None:
        """The voice's name or id, however it was given."""
        return self.voice.id if isinstance(self.voice, VoiceReference) else self.voice


def plan(
    asked: SpeechRequest, card: Card, settings: Settings, cast: Cast, mood: str | None
) -> Plan:
    """What was asked for, checked, in the voice of whoever is cast; raises one of `Rejected`.

    `mood` is the digest of the recording whose mood is carried.
    """
    check_model(asked.model, card, settings.model_aliases)
    check_text(asked.input, settings.max_characters)
    _check_language(asked.language, card)
    format = find_format(asked.response_format or "mp3")
    rate = asked.sample_rate or format.default_rate
    format.check_rate(rate)
    understood = styled(asked)
    style = replace(understood.style, reference=mood)
    return Plan(
        cast.onto(_utterance(asked, style, card), card),
        format,
        rate,
        Events(bool(asked.word_timestamps)) if asked.stream_format == "sse" else Bare(),
        ignored=(*understood.ignored, *_unheard(asked, style, cast)),
        style=understood.told,
    )


def _unheard(asked: SpeechRequest, style: Style, cast: Cast) -> tuple[str, ...]:
    """What is asked for and cannot be; a mood that was recorded is as strong as it was then."""
    unheard = {
        "emotion_strength": style.strength != 1 and cast.carries(style),
        "style_audio": asked.style_audio is not None and style.reference is None,
    }
    return tuple(name for name, is_so in unheard.items() if is_so)


def _utterance(asked: SpeechRequest, style: Style, card: Card) -> Utterance:
    return Utterance(
        asked.input,
        model=card.model,
        language=asked.language,
        style=style,
        seed=asked.seed,
    )


def _check_language(language: str | None, card: Card) -> None:
    if language is None:
        return
    if not is_tag(language):
        raise InvalidRequest("language is a BCP 47 tag such as 'en' or 'zh-CN'", "language")
    if _primary(language) not in map(_primary, card.languages):
        raise UnsupportedLanguage(language, card.languages)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
