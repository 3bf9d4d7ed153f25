"""The routes of voices and consents."""

from __future__ import annotations

from antiphon import claims, errors, refusals
from antiphon.edge.archives import MEDIA_TYPE, Archives, ImportForm
from antiphon.edge.consents import (
    ConsentChange,
    ConsentDeleted,
    ConsentForm,
    ConsentList,
    VoiceConsent,
    VoiceConsents,
)
from antiphon.edge.enrolment import EnrolledVoice, Enrolment, EnrolmentForm, MoodForm
from antiphon.edge.house import House
from antiphon.edge.operation import (
    ARRIVING,
    ASKING,
    OWNING,
    UPLOADING,
    Operation,
    Situations,
    form,
    get,
)
from antiphon.edge.uploads import Upload
from antiphon.edge.voices import VoiceChange, VoiceDeleted, VoiceEntry, VoiceList, Voices

PAGING = ("limit", "after")
ONE, MISSING = "/v1/audio/voices/{voice}", (claims.VoiceNotFound,)
LISTENING: Situations = (
    *UPLOADING,
    *refusals.BadReference.__subclasses__(),
    errors.CheckerNotReady,
)
PREPARING: Situations = (errors.EngineFailed,)


def voice_operations(house: House) -> list[Operation]:
    """Voices: all of them, one, and one as a file."""
    return [*_library(house), *_archives(house), *_one_voice(house)]


def _library(house: House) -> list[Operation]:
    voices, enrolment = Voices(house), Enrolment(house)
    agreed: Situations = (claims.ConsentRequired, claims.ConsentNotFound)
    return [
        Operation(
            "GET",
            "/v1/audio/voices",
            "The voices: the engine's own, and by pages the enrolled ones.",
            voices.list,
            answers=(VoiceList,),
            refuses=(*ASKING, errors.InvalidRequest),
            query=PAGING,
        ),
        form(
            "/v1/audio/voices",
            "Enrol a voice from a recording.",
            Upload(house, enrolment.create),
            EnrolmentForm,
            EnrolledVoice,
            (*LISTENING, *PREPARING, *agreed, claims.VoiceExists),
        ),
        form(
            f"{ONE}/recordings",
            "Give a voice a recording for a mood.",
            Upload(house, enrolment.add_mood),
            MoodForm,
            EnrolledVoice,
            (*LISTENING, *PREPARING, *agreed, *MISSING),
        ),
    ]


def _archives(house: House) -> list[Operation]:
    archives = Archives(house)
    return [
        form(
            "/v1/audio/voices/import",
            "Enrol a voice from a file that was exported.",
            Upload(house, archives.receive),
            ImportForm,
            EnrolledVoice,
            (*UPLOADING, *PREPARING, claims.BadArchive, claims.VoiceExists),
        ),
        Operation(
            "GET",
            f"{ONE}/export",
            "A voice as a file.",
            archives.export,
            media=(MEDIA_TYPE,),
            refuses=(*OWNING, *MISSING),
        ),
    ]


def _one_voice(house: House) -> list[Operation]:
    voices = Voices(house)
    return [
        Operation(
            "GET",
            ONE,
            "One voice, enrolled or the engine's own, by id or any of its names.",
            voices.show,
            answers=(EnrolledVoice, VoiceEntry),
            refuses=(*ASKING, *MISSING),
        ),
        Operation(
            "POST",
            ONE,
            "Let others use a voice, or no longer.",
            voices.change,
            answers=(EnrolledVoice,),
            asks=VoiceChange,
            refuses=(*OWNING, *ARRIVING, *MISSING),
        ),
        Operation(
            "DELETE",
            ONE,
            "Erase a voice and all that was made of it.",
            voices.remove,
            answers=(VoiceDeleted,),
            refuses=(*OWNING, *MISSING),
        ),
    ]


def consent_operations(house: House) -> list[Operation]:
    consents = VoiceConsents(house)
    path, missing = "/v1/audio/voice_consents/{consent}", (*OWNING, claims.ConsentNotFound)
    return [
        form(
            "/v1/audio/voice_consents",
            "Keep a recorded consent.",
            Upload(house, consents.create),
            ConsentForm,
            VoiceConsent,
            LISTENING,
        ),
        Operation(
            "GET",
            "/v1/audio/voice_consents",
            "The caller's consents, by pages.",
            consents.list,
            answers=(ConsentList,),
            refuses=(*OWNING, errors.InvalidRequest),
            query=PAGING,
        ),
        get(path, "One consent.", consents.show, VoiceConsent, missing),
        Operation(
            "POST",
            path,
            "Give a consent another name.",
            consents.rename,
            answers=(VoiceConsent,),
            asks=ConsentChange,
            refuses=(*missing, *ARRIVING),
        ),
        Operation(
            "DELETE",
            path,
            "Erase a consent on which no voice rests.",
            consents.remove,
            answers=(ConsentDeleted,),
            refuses=(*missing, claims.ConsentInUse),
        ),
    ]
