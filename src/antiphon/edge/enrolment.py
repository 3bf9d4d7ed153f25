"""Enrolment: a recording becomes a voice, or a mood of one."""

from __future__ import annotations

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.edge.asking import json
from antiphon.edge.house import House
from antiphon.edge.multipart import Form
from antiphon.errors import InvalidRequest
from antiphon.voices.enrolled import Enrolled
from antiphon.voices.enrolling import Desk, Offer
from antiphon.voices.reference import Accepted, Verdict

File = Annotated[
    bytes, msgspec.Meta(extra_json_schema={"format": "binary", "contentEncoding": "binary"})
]


class EnrolmentForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of `POST /v1/audio/voices`; the file may also be called `file` or `files`."""

    name: str
    consent: str = ""
    audio_sample: File = b""
    file: File = b""
    files: File = b""
    ref_text: str = ""
    speaker_description: str = ""
    mood: str = ""
    type: str = "audio_sample"


class MoodForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of `POST /v1/audio/voices/{voice}/recordings`."""

    mood: str = ""
    consent: str = ""
    audio_sample: File = b""
    file: File = b""
    files: File = b""
    ref_text: str = ""


class EnrolledVoice(msgspec.Struct, frozen=True, kw_only=True):
    """A voice of the library; `verdict` is what was found in the recording just sent."""

    id: str
    created_at: int
    name: str
    object: str = "audio.voice"
    type: str = "audio_sample"
    description: str
    shared: bool
    consent: str | None
    moods: tuple[str, ...]
    transcribed: bool
    verdict: Verdict | None = None
    advice: tuple[str, ...] = ()


class Enrolment:
    """`POST /v1/audio/voices` and `POST /v1/audio/voices/{voice}/recordings`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def create(self, form: Form, owner: str, request: Request) -> Response:
        """A new voice; what costs little is checked before the recording is."""
        asked = form.read(EnrolmentForm)
        if asked.type != "audio_sample":
            raise InvalidRequest("a voice is made from a recording: type is audio_sample", "type")
        offer = Offer(
            owner, asked.name, asked.consent, asked.ref_text, asked.mood, asked.speaker_description
        )
        desk = self._house.desk
        return _answer(desk, *await desk.new_voice(offer, _sample(asked)))

    async def add_mood(self, form: Form, owner: str, request: Request) -> Response:
        """One more mood of a voice, or another recording for one that it has."""
        asked = form.read(MoodForm)
        name = request.path_params["voice"]
        offer = Offer(owner, name, asked.consent, asked.ref_text, asked.mood)
        desk = self._house.desk
        return _answer(desk, *await desk.more(offer, _sample(asked)))


def described(one: Enrolled, owner: str) -> EnrolledVoice:
    """A voice as it is answered; what its owner said of consent is for the owner."""
    return EnrolledVoice(
        id=one.id,
        created_at=int(one.created_at),
        name=one.voice.name,
        description=one.voice.description,
        shared=one.shared,
        consent=(one.consent_id or one.voice.consent) if one.owner == owner else None,
        moods=tuple(one.voice.recordings),
        transcribed=all(each.transcribed for each in one.kept.values()),
    )


def _sample(asked: EnrolmentForm | MoodForm) -> bytes:
    for data in (asked.audio_sample, asked.file, asked.files):
        if data:
            return data
    raise InvalidRequest(
        "the recording is missing; send it as the file audio_sample", "audio_sample"
    )


def _answer(desk: Desk, one: Enrolled, accepted: Accepted) -> Response:
    advice = (*accepted.verdict.advice, *desk.advice(one))
    told = described(one, one.owner)
    return json(msgspec.structs.replace(told, verdict=accepted.verdict, advice=advice))
