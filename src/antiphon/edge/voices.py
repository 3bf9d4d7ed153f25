"""The voices by the names that callers use."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.accounts.keys import checked
from antiphon.claims import VoiceNotFound
from antiphon.edge.asking import body, json, paging
from antiphon.edge.enrolment import described
from antiphon.edge.house import House
from antiphon.errors import UnknownVoice
from antiphon.settings import OPENAI_VOICES
from antiphon.speech import Card, Voice
from antiphon.voices.enrolled import Enrolled, Page
from antiphon.voices.patience import whole

MOST, USUAL = 1000, 100


class VoiceEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One voice; `aliases` are other names that lead to it; the rest tells of an enrolled one."""

    id: str
    name: str
    description: str
    languages: tuple[str, ...]
    aliases: tuple[str, ...]
    object: str | None = None
    created_at: int | None = None
    shared: bool | None = None
    moods: tuple[str, ...] = ()


class UploadedVoice(msgspec.Struct, frozen=True):
    """An enrolled voice as vLLM's clients read it."""

    id: str
    name: str
    created_at: int
    consent: str | None
    speaker_description: str


class VoiceList(msgspec.Struct, frozen=True):
    """Every voice that `voice` may name; the first is spoken when none is named.

    The engine's own come first; enrolled ones come by pages: `last_id` is the next `after`.
    """

    voices: tuple[VoiceEntry, ...]
    uploaded_voices: tuple[UploadedVoice, ...] = ()
    object: str = "list"
    has_more: bool = False
    last_id: str | None = None


class VoiceChange(msgspec.Struct, frozen=True):
    """What `POST /v1/audio/voices/{voice}` changes: whether others may use the voice."""

    shared: bool


class VoiceDeleted(msgspec.Struct, frozen=True):
    """The voice is gone, and all that was made of it."""

    id: str
    deleted: bool = True
    object: str = "audio.voice.deleted"


def find_voice(name: str | None, card: Card, aliases: Mapping[str, str]) -> str:
    """The engine's voice of that name, or of that alias; raises `UnknownVoice`.

    An alias for a voice that this engine lacks leads to its first voice, so that the names which
    OpenAI's clients insist on work with every engine.
    """
    own = {voice.name for voice in card.voices}
    first = card.voices[0].name if card.voices else ""
    if name is None:
        return first
    if name in own:
        return name
    if name not in aliases:
        raise UnknownVoice(name, own | aliases.keys())
    return aliases[name] if aliases[name] in own else first


def enrolled_target(name: str | None, card: Card, aliases: Mapping[str, str]) -> str | None:
    """Where an alias leads that the operator has made, and not to a voice of the engine."""
    target = aliases.get(name or "")
    own = {voice.name for voice in card.voices}
    if name in own or target in own or target == OPENAI_VOICES.get(name or ""):
        return None
    return target


def list_voices(card: Card, aliases: Mapping[str, str]) -> VoiceList:
    """Every voice of the engine with its aliases."""
    leads_to = {alias: find_voice(alias, card, aliases) for alias in aliases}
    return VoiceList(tuple(_entry(voice, card, leads_to) for voice in card.voices))


def _entry(voice: Voice, card: Card, leads_to: Mapping[str, str]) -> VoiceEntry:
    aliases = tuple(sorted(alias for alias, name in leads_to.items() if name == voice.name))
    languages = voice.languages or card.languages
    return VoiceEntry(voice.name, voice.name, voice.description, languages, aliases)


def enrolled_entry(one: Enrolled, card: Card, leads_to: Mapping[str, str]) -> VoiceEntry:
    """An enrolled voice in the list; it speaks what the engine does."""
    voice = one.voice
    return VoiceEntry(
        one.id,
        voice.name,
        voice.description,
        voice.languages or card.languages,
        tuple(sorted(alias for alias, name in leads_to.items() if name == one.id)),
        "audio.voice",
        int(one.created_at),
        one.shared,
        tuple(voice.recordings),
    )


class Voices:
    """Lists, shows, lends and removes voices."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def list(self, request: Request) -> Response:
        """The engine's own and, page by page, those that the caller may use."""
        owner = await self._caller(request)
        asked = paging(request, USUAL, MOST)
        card, aliases = self._house.staircase.card, self._house.settings.voice_aliases
        leads_to = await self._enrolled_aliases(owner)
        own = list_voices(card, {k: v for k, v in aliases.items() if k not in leads_to}).voices
        own = () if asked.after else own
        page = Page((), False)
        if (memory := self._house.staircase.memory) is not None:
            page = await memory.library.page(owner, asked.after, asked.limit)
        told = [described(one, owner) for one in page.voices]
        uploaded = [
            UploadedVoice(one.id, one.name, one.created_at, one.consent, one.description)
            for one in told
        ]
        return json(
            VoiceList(
                (*own, *(enrolled_entry(one, card, leads_to) for one in page.voices)),
                tuple(uploaded),
                has_more=page.more,
                last_id=page.voices[-1].id if page.voices else None,
            )
        )

    async def show(self, request: Request) -> Response:
        """One that the caller may use, by id or any name; raises `VoiceNotFound`."""
        owner, name = await self._caller(request), request.path_params["voice"]
        card, aliases = self._house.staircase.card, self._house.settings.voice_aliases
        target = aliases.get(name, name)
        for entry in list_voices(card, aliases).voices:
            if entry.id in (name, target):
                return json(entry)
        found = await self._house.memory.library.find(owner, target)
        if found is None:
            raise VoiceNotFound(name)
        return json(described(found, owner))

    async def change(self, request: Request) -> Response:
        """Let others use one of the caller's voices, or no longer."""
        owner = checked(await self._caller(request))
        asked = await body(self._house, request, VoiceChange)
        library, name = self._house.memory.library, request.path_params["voice"]
        return json(described(await library.share(owner, name, asked.shared), owner))

    async def remove(self, request: Request) -> Response:
        """Erase one of the caller's voices; a body is not looked at."""
        owner = checked(await self._caller(request))
        name = request.path_params["voice"]
        one = await whole(self._house.memory.library.remove(owner, name))
        return json(VoiceDeleted(one.id))

    async def _enrolled_aliases(self, owner: str) -> dict[str, str]:
        """The aliases that lead this caller to an enrolled voice, with its id."""
        stairs, aliases = self._house.staircase, self._house.settings.voice_aliases
        found = dict[str, str]()
        for alias in aliases:
            target = enrolled_target(alias, stairs.card, aliases)
            if target is not None and stairs.memory is not None:
                one = await stairs.memory.library.find(owner, target)
                found |= {alias: one.id} if one else {}
        return found

    async def _caller(self, request: Request) -> str:
        return await self._house.caller(request.headers)
