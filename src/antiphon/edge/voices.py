"""The voices by the names that callers use."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.edge.house import House
from antiphon.errors import UnknownVoice
from antiphon.speech import Card, Voice


class VoiceEntry(msgspec.Struct, frozen=True):
    """One voice; `aliases` are other names that lead to it."""

    id: str
    name: str
    description: str
    languages: tuple[str, ...]
    aliases: tuple[str, ...]


class VoiceList(msgspec.Struct, frozen=True):
    """Every voice that `voice` may name; the first is spoken when none is named."""

    voices: tuple[VoiceEntry, ...]
    object: str = "list"


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


def list_voices(card: Card, aliases: Mapping[str, str]) -> VoiceList:
    """Every voice of the engine with its aliases."""
    leads_to = {alias: find_voice(alias, card, aliases) for alias in aliases}
    return VoiceList(tuple(_entry(voice, card, leads_to) for voice in card.voices))


def _entry(voice: Voice, card: Card, leads_to: Mapping[str, str]) -> VoiceEntry:
    aliases = tuple(sorted(alias for alias, name in leads_to.items() if name == voice.name))
    languages = voice.languages or card.languages
    return VoiceEntry(voice.name, voice.name, voice.description, languages, aliases)


class Voices:
    """`GET /v1/audio/voices`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def list(self, request: Request) -> Response:
        """The voices of the open staircase."""
        listed = list_voices(self._house.staircase.card, self._house.settings.voice_aliases)
        return Response(msgspec.json.encode(listed), media_type="application/json")
