"""Recorded consents, as OpenAI's client sends, lists, renames and deletes them."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.accounts.keys import checked
from antiphon.edge.asking import body, json, paging
from antiphon.edge.enrolment import File
from antiphon.edge.house import House
from antiphon.edge.multipart import Form
from antiphon.errors import InvalidRequest
from antiphon.voices.enrolled import Consent
from antiphon.voices.enrolling import TO_CHECK
from antiphon.voices.patience import checking, whole

USUAL, MOST = 20, 100


class ConsentForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of `POST /v1/audio/voice_consents`: the speaker says that the voice may be used."""

    name: str
    language: str
    recording: File = b""


class ConsentChange(msgspec.Struct, frozen=True):
    """A new name."""

    name: str


class VoiceConsent(msgspec.Struct, frozen=True):
    """A recorded consent."""

    id: str
    created_at: int
    language: str
    name: str
    object: str = "audio.voice_consent"


class ConsentList(msgspec.Struct, frozen=True):
    """A page of consents: `last_id` is the next `after`."""

    data: tuple[VoiceConsent, ...]
    first_id: str | None
    last_id: str | None
    has_more: bool
    object: str = "list"


class ConsentDeleted(msgspec.Struct, frozen=True):
    """The consent is gone."""

    id: str
    deleted: bool = True
    object: str = "audio.voice_consent"


class VoiceConsents:
    """`/v1/audio/voice_consents` and one of them."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def create(self, form: Form, owner: str, request: Request) -> Response:
        """A new one, once it is known to be speech; it is kept as it was sent."""
        asked = form.read(ConsentForm)
        if not asked.recording:
            raise InvalidRequest("the recording is missing; send it as a file", "recording")
        async with checking(self._house.settings.enrolment_timeout_s, TO_CHECK):
            await self._house.references.accept(asked.recording)
        consents, media_type = self._house.memory.consents, form.media_type("recording")
        one = await whole(
            consents.add(owner, asked.name, asked.language, asked.recording, media_type)
        )
        return json(_told(one))

    async def list(self, request: Request) -> Response:
        """The caller's."""
        asked = paging(request, USUAL, MOST)
        found, more = await self._house.memory.consents.page(
            await self._owner(request), asked.after, asked.limit
        )
        first, last = (found[0].id, found[-1].id) if found else (None, None)
        return json(ConsentList(tuple(map(_told, found)), first, last, more))

    async def show(self, request: Request) -> Response:
        """One of the caller's; raises `ConsentNotFound`."""
        owner, name = await self._owner(request), request.path_params["consent"]
        return json(_told(await self._house.memory.consents.find(owner, name)))

    async def rename(self, request: Request) -> Response:
        """Another name for one of the caller's."""
        owner, name = await self._owner(request), request.path_params["consent"]
        asked = await body(self._house, request, ConsentChange)
        return json(_told(await self._house.memory.consents.rename(owner, name, asked.name)))

    async def remove(self, request: Request) -> Response:
        """Erase one on which no voice rests; a body is not looked at."""
        owner, name = await self._owner(request), request.path_params["consent"]
        one = await whole(self._house.memory.consents.remove(owner, name))
        return json(ConsentDeleted(one.id))

    async def _owner(self, request: Request) -> str:
        return checked(await self._house.caller(request.headers))


def _told(one: Consent) -> VoiceConsent:
    return VoiceConsent(one.id, int(one.created_at), one.language, one.name)
