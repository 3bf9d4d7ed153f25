"""The route table: every path with what it takes, what it answers and how it refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from antiphon import errors
from antiphon.audio.encoding import FORMATS
from antiphon.edge.dictionaries import (
    Dictionaries,
    DictionaryChanges,
    DictionaryList,
    DictionaryRemoved,
    DictionaryRequest,
    DictionaryWhole,
    ExplainRequest,
    Explanation,
)
from antiphon.edge.envelopes import Delta, Done, Failed
from antiphon.edge.health import Health, Healths
from antiphon.edge.house import House
from antiphon.edge.models import Model, ModelList, Models
from antiphon.edge.openai import SpeechRequest
from antiphon.edge.speech import Speech
from antiphon.edge.studio import Studio
from antiphon.edge.voices import VoiceList, Voices

Endpoint = Callable[[Request], Awaitable[Response]]
Situations = tuple[type[errors.SpeechError], ...]

AUDIO = tuple(each.media_type for each in FORMATS.values())
STARTING: Situations = (errors.EngineNotReady,)
KEEPING: Situations = (errors.InvalidKey, errors.StorageAway, errors.EngineNotReady)
SPEAKING: Situations = (
    errors.InvalidRequest,
    errors.BadDictionary,
    errors.UnknownDictionary,
    errors.BadText,
    errors.NothingToSay,
    errors.TextTooLong,
    errors.UnknownVoice,
    errors.UnsupportedFormat,
    errors.Unsayable,
    errors.UnsupportedLanguage,
    errors.UnknownModel,
    errors.RequestTooLarge,
    errors.RequestTimeout,
    errors.SpeechError,
    errors.Overloaded,
    errors.EngineNotReady,
    errors.EngineFailed,
    errors.DeadlineExceeded,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One route; `answers` are structs, `media` are the types of an answer that is not JSON."""

    method: str
    path: str
    summary: str
    endpoint: Any  # an ASGI app or an `Endpoint`
    answers: tuple[type, ...] = ()
    media: tuple[str, ...] = ()
    asks: type | None = None
    refuses: Situations = ()

    def route(self) -> Route:
        """As Starlette takes it."""
        return Route(self.path, self.endpoint, methods=[self.method])


def operations(house: House) -> list[Operation]:
    """Every route but the one that describes them."""
    return [
        _speech(house),
        *_lists(house),
        *_dictionaries(house),
        *_for_operators(house),
        *_pages(),
    ]


def _speech(house: House) -> Operation:
    return Operation(
        "POST",
        "/v1/audio/speech",
        "Speak a text; the audio starts before the text is spoken to its end.",
        Speech(house),
        answers=(Delta, Done, Failed),
        media=AUDIO,
        asks=SpeechRequest,
        refuses=SPEAKING,
    )


def _lists(house: House) -> list[Operation]:
    models, voices = Models(house), Voices(house)
    missing: Situations = (errors.UnknownModel, errors.EngineNotReady)
    return [
        _get("/v1/audio/voices", "The voices.", voices.list, VoiceList, STARTING),
        _get("/v1/models", "The models.", models.list, ModelList, STARTING),
        _get("/v1/models/{model:path}", "One model.", models.show, Model, missing),
    ]


def _dictionaries(house: House) -> list[Operation]:
    own, path = Dictionaries(house), "/v1/audio/pronunciation-dictionaries"
    one: Situations = (errors.UnknownDictionary, *KEEPING)
    change: Situations = (errors.InvalidRequest, errors.BadDictionary, *one)
    asks, whole = DictionaryRequest, (DictionaryWhole,)
    return [
        _get(path, "The caller's dictionaries.", own.list, DictionaryList, KEEPING),
        Operation("POST", path, "Make one.", own.create, whole, (), asks, change),
        Operation(
            "POST",
            f"{path}/explain",
            "Which words of a text a dictionary knows, and whose word counts.",
            own.explain,
            (Explanation,),
            asks=ExplainRequest,
            refuses=change,
        ),
        _get(f"{path}/{{name}}", "One, with its rules.", own.show, DictionaryWhole, one),
        Operation("PUT", f"{path}/{{name}}", "Other rules.", own.replace, whole, (), asks, change),
        Operation("PATCH", f"{path}/{{name}}", "Change it.", own.edit, whole, (), asks, change),
        Operation(
            "DELETE",
            f"{path}/{{name}}",
            "Remove it.",
            own.delete,
            (DictionaryRemoved,),
            refuses=one,
        ),
        _get(
            f"{path}/{{name}}/changes",
            "What lies between two versions.",
            own.changes,
            DictionaryChanges,
            one,
        ),
    ]


def _for_operators(house: House) -> list[Operation]:
    health, metrics = Healths(house), house.metrics.show
    return [
        _get("/livez", "Whether the process lives.", health.live, Health),
        _get("/readyz", "Whether it can speak.", health.ready, Health, STARTING),
        Operation("GET", "/metrics", "Meters for Prometheus.", metrics, media=("text/plain",)),
    ]


def _pages() -> list[Operation]:
    studio = Studio()
    return [
        Operation("GET", "/", "The studio.", studio.page, media=("text/html",)),
        Operation(
            "GET", "/studio/{name}", "A file of the studio.", studio.file, media=studio.media_types
        ),
    ]


def _get(
    path: str, summary: str, endpoint: Endpoint, answer: type, refuses: Situations = ()
) -> Operation:
    return Operation("GET", path, summary, endpoint, answers=(answer,), refuses=refuses)
