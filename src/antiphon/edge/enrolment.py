"""Enrolment: a recording becomes a voice, or a mood of one."""

from __future__ import annotations

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.edge.asking import checking, json, whole
from antiphon.edge.house import House
from antiphon.edge.multipart import Form
from antiphon.errors import InvalidRequest
from antiphon.speech import Ability, Card, Need, Recording
from antiphon.voices.enrolled import Enrolled, Profile
from antiphon.voices.naming import check_mood, check_name, check_text
from antiphon.voices.reference import Accepted, Verdict
from antiphon.voices.transcripts import cleaned

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

    mood: str
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
        memory = self._house.memory
        name = check_name(asked.name, reserved(self._house))
        description = check_text(asked.speaker_description, "speaker_description")
        mood, sample, words = check_mood(asked.mood), _sample(asked), cleaned(asked.ref_text)
        consent, consent_id = await memory.consents.given(owner, asked.consent)
        await memory.library.check_free(owner, name)
        accepted = await self._accepted(sample, words)
        profile = Profile(owner, name, consent, description, consent_id)
        one = await whole(memory.library.enrol(profile, {mood: accepted.recording}))
        return self._answer(one, owner, accepted)

    async def add_mood(self, form: Form, owner: str, request: Request) -> Response:
        """One more mood of a voice, or another recording for one that it has."""
        asked = form.read(MoodForm)
        library = self._house.memory.library
        mood, sample, words = check_mood(asked.mood), _sample(asked), cleaned(asked.ref_text)
        voice = await library.own(owner, request.path_params["voice"])
        accepted = await self._accepted(sample, words)
        one = await whole(library.add(owner, voice.id, mood, accepted.recording))
        return self._answer(one, owner, accepted)

    async def _accepted(self, sample: bytes, transcript: str) -> Accepted:
        async with checking(self._house, "the recording to be checked"):
            accepted = await self._house.references.accept(sample, transcript)
            await make_ready(self._house, accepted.recording)
        return accepted

    def _answer(self, one: Enrolled, owner: str, accepted: Accepted) -> Response:
        advice = (*accepted.verdict.advice, *_about(self._house.staircase.card, one))
        told = described(one, owner)
        told = msgspec.structs.replace(told, verdict=accepted.verdict, advice=advice)
        return json(told)


async def make_ready(house: House, recording: Recording) -> None:
    """Let the engine prepare a recording, where it can use one, so that its first words are quick.

    Raises `SpeechError` when the engine finds that it cannot speak with it.
    """
    house.memory.library.hold(recording)
    card = house.staircase.card
    if adopts(card) and (recording.transcript or Need.TRANSCRIPT not in card.needs):
        await house.staircase.prepare(recording)


def adopts(card: Card) -> bool:
    """Whether the engine can speak in a voice that is not its own."""
    return bool({Ability.MATCHING, Ability.CLONING} & card.abilities)


def reserved(house: House) -> set[str]:
    """The names that an enrolled voice cannot have."""
    own = {voice.name for voice in house.staircase.card.voices}
    return own | set(house.settings.voice_aliases)


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


def _about(card: Card, one: Enrolled) -> list[str]:
    """What the engine that runs will say to this voice."""
    if not adopts(card):
        return [f"the engine {card.engine!r} here cannot speak as this voice; another engine can"]
    if Need.TRANSCRIPT in card.needs and not all(each.transcribed for each in one.kept.values()):
        return [f"the engine {card.engine!r} needs the words of the recording: send ref_text"]
    return []
