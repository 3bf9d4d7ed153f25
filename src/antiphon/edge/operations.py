"""The route table: every path with what it takes, what it answers and how it refuses."""

from __future__ import annotations

from antiphon import claims, errors
from antiphon.audio.encoding import FORMATS
from antiphon.edge.dictionary_operations import dictionary_operations
from antiphon.edge.envelopes import Delta, Done, Failed
from antiphon.edge.health import Health, Healths
from antiphon.edge.house import House
from antiphon.edge.models import Model, ModelList, Models
from antiphon.edge.openai import SpeechRequest
from antiphon.edge.operation import STARTING, Operation, Situations, get
from antiphon.edge.speech import Speech
from antiphon.edge.studio import Studio
from antiphon.edge.voice_operations import LISTENING, consent_operations, voice_operations

AUDIO = tuple(each.media_type for each in FORMATS.values())
SPEAKING: Situations = (
    *LISTENING,
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
    claims.VoiceUnsupported,
    errors.UnknownRecording,
    errors.UnknownModel,
    errors.SpeechError,
    errors.EngineFailed,
)


def operations(house: House) -> list[Operation]:
    """Every route but the one that describes them."""
    return [
        _speech(house),
        *dictionary_operations(house),
        *voice_operations(house),
        *consent_operations(house),
        *_models(house),
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


def _models(house: House) -> list[Operation]:
    models = Models(house)
    missing: Situations = (errors.UnknownModel, errors.EngineNotReady)
    return [
        get("/v1/models", "The models.", models.list, ModelList, STARTING),
        get("/v1/models/{model:path}", "One model.", models.show, Model, missing),
    ]


def _for_operators(house: House) -> list[Operation]:
    health, metrics = Healths(house), house.metrics.show
    return [
        get("/livez", "Whether the process lives.", health.live, Health),
        get("/readyz", "Whether it can speak.", health.ready, Health, STARTING),
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
