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
from antiphon.edge.archives import MEDIA_TYPE, Archives, ImportForm
from antiphon.edge.consents import (
    ConsentChange,
    ConsentDeleted,
    ConsentForm,
    ConsentList,
    VoiceConsent,
    VoiceConsents,
)
from antiphon.edge.dictionaries import Dictionaries
from antiphon.edge.dictionary_forms import (
    DictionaryChanges,
    DictionaryList,
    DictionaryRemoved,
    DictionaryRequest,
    DictionaryWhole,
    ExplainRequest,
    Explanation,
)
from antiphon.edge.enrolment import EnrolledVoice, Enrolment, EnrolmentForm, MoodForm
from antiphon.edge.envelopes import Delta, Done, Failed
from antiphon.edge.health import Health, Healths
from antiphon.edge.house import House
from antiphon.edge.models import Model, ModelList, Models
from antiphon.edge.openai import SpeechRequest
from antiphon.edge.speech import Speech
from antiphon.edge.studio import Studio
from antiphon.edge.uploads import Upload
from antiphon.edge.voices import VoiceChange, VoiceDeleted, VoiceList, Voices

Endpoint = Callable[[Request], Awaitable[Response]]
Situations = tuple[type[errors.SpeechError], ...]

AUDIO = tuple(each.media_type for each in FORMATS.values())
STARTING: Situations = (errors.EngineNotReady,)
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
    errors.TranscriptRequired,
    errors.VoiceUnsupported,
    errors.InvalidKey,
    errors.UnknownRecording,
    errors.UnknownModel,
    errors.RequestTooLarge,
    errors.RequestTimeout,
    errors.SpeechError,
    errors.Overloaded,
    errors.EngineNotReady,
    errors.EngineFailed,
    errors.StorageAway,
    errors.DeadlineExceeded,
)
ASKING: Situations = (errors.InvalidKey, errors.EngineNotReady, errors.StorageAway)
OWNING: Situations = (*ASKING, errors.KeyRequired)
UPLOADING: Situations = (
    *OWNING,
    errors.InvalidRequest,
    errors.RequestTooLarge,
    errors.RequestTimeout,
    errors.Overloaded,
    errors.DeadlineExceeded,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One route; `answers` are structs, `media` are the types of an answer that is not JSON.

    `asks` is the body: JSON, or the fields of a form where `form` is set.
    """

    method: str
    path: str
    summary: str
    endpoint: Any  # an ASGI app or an `Endpoint`
    answers: tuple[type, ...] = ()
    media: tuple[str, ...] = ()
    asks: type | None = None
    refuses: Situations = ()
    form: bool = False

    def route(self) -> Route:
        """As Starlette takes it."""
        return Route(self.path, self.endpoint, methods=[self.method])


def operations(house: House) -> list[Operation]:
    """Every route but the one that describes them."""
    return [
        _speech(house),
        *_lists(house),
        *_dictionaries(house),
        *_voices(house),
        *_consents(house),
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
        _get(
            "/v1/audio/voices",
            "The voices: the engine's own, and by pages (`limit`, `after`) the enrolled ones.",
            voices.list,
            VoiceList,
            (*ASKING, errors.InvalidRequest),
        ),
        _get("/v1/models", "The models.", models.list, ModelList, STARTING),
        _get("/v1/models/{model:path}", "One model.", models.show, Model, missing),
    ]


MAKE_DICTIONARY = (
    "Make a dictionary of rules as JSON, or of a file: a form with `name` and `file`, or the file"
    " as the body and `?name=`."
)


def _dictionaries(house: House) -> list[Operation]:
    own, path = Dictionaries(house), "/v1/audio/pronunciation-dictionaries"
    one: Situations = (errors.UnknownDictionary, *OWNING)
    change: Situations = (errors.InvalidRequest, errors.BadDictionary, *one)
    asks, whole = DictionaryRequest, (DictionaryWhole,)
    return [
        _get(path, "The caller's dictionaries.", own.list, DictionaryList, OWNING),
        Operation("POST", path, MAKE_DICTIONARY, own.create, whole, (), asks, change),
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


def _voices(house: House) -> list[Operation]:
    voices, enrolment, archives = Voices(house), Enrolment(house), Archives(house)
    path, missing = "/v1/audio/voices/{voice}", (errors.VoiceNotFound,)
    enrolling: Situations = (*UPLOADING, errors.ConsentRequired, errors.ConsentNotFound)
    return [
        _form(
            "/v1/audio/voices",
            "Enrol a voice from a recording.",
            Upload(house, enrolment.create),
            EnrolmentForm,
            EnrolledVoice,
            (*enrolling, errors.VoiceExists),
        ),
        _form(
            "/v1/audio/voices/import",
            "Enrol a voice from a file that was exported.",
            Upload(house, archives.receive),
            ImportForm,
            EnrolledVoice,
            (*UPLOADING, errors.BadArchive, errors.VoiceExists),
        ),
        _get(path, "One voice, by id or name.", voices.show, EnrolledVoice, (*ASKING, *missing)),
        Operation(
            "POST",
            path,
            "Let others use a voice, or no longer.",
            voices.change,
            answers=(EnrolledVoice,),
            asks=VoiceChange,
            refuses=(*OWNING, *missing, errors.InvalidRequest, errors.RequestTooLarge),
        ),
        Operation(
            "DELETE",
            path,
            "Erase a voice and all that was made of it.",
            voices.remove,
            answers=(VoiceDeleted,),
            refuses=(*OWNING, *missing),
        ),
        _form(
            f"{path}/recordings",
            "Give a voice a recording for a mood.",
            Upload(house, enrolment.add_mood),
            MoodForm,
            EnrolledVoice,
            (*UPLOADING, *missing),
        ),
        Operation(
            "GET",
            f"{path}/export",
            "A voice as a file.",
            archives.export,
            media=(MEDIA_TYPE,),
            refuses=(*OWNING, *missing),
        ),
    ]


def _consents(house: House) -> list[Operation]:
    consents = VoiceConsents(house)
    path, missing = "/v1/audio/voice_consents/{consent}", (*OWNING, errors.ConsentNotFound)
    return [
        _form(
            "/v1/audio/voice_consents",
            "Keep a recorded consent.",
            Upload(house, consents.create),
            ConsentForm,
            VoiceConsent,
            UPLOADING,
        ),
        _get(
            "/v1/audio/voice_consents",
            "The caller's consents, by pages (`limit`, `after`).",
            consents.list,
            ConsentList,
            (*OWNING, errors.InvalidRequest),
        ),
        _get(path, "One consent.", consents.show, VoiceConsent, missing),
        Operation(
            "POST",
            path,
            "Give a consent another name.",
            consents.rename,
            answers=(VoiceConsent,),
            asks=ConsentChange,
            refuses=(*missing, errors.InvalidRequest, errors.RequestTooLarge),
        ),
        Operation(
            "DELETE",
            path,
            "Erase a consent on which no voice rests.",
            consents.remove,
            answers=(ConsentDeleted,),
            refuses=(*missing, errors.ConsentInUse),
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


def _form(
    path: str, summary: str, endpoint: Upload, asks: type, answer: type, refuses: Situations
) -> Operation:
    return Operation(
        "POST", path, summary, endpoint, answers=(answer,), asks=asks, refuses=refuses, form=True
    )
