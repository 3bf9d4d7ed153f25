"""Who speaks a request: an engine's own voice, an enrolled one, or a recording sent along."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import anyio.to_thread

from antiphon.accounts.keys import checked
from antiphon.claims import VoiceUnsupported
from antiphon.edge.house import House
from antiphon.edge.voices import enrolled_target, find_voice
from antiphon.errors import InvalidRequest, RequestTooLarge, TranscriptRequired, UnknownVoice
from antiphon.refusals import BadReference
from antiphon.speech import Ability, Card, Need, Style, Utterance
from antiphon.staircase import Staircase
from antiphon.voices.enrolled import Enrolled
from antiphon.voices.enrolling import adopts
from antiphon.voices.reference import Accepted
from antiphon.voices.transcripts import cleaned

DATA_URI = re.compile(r"data:[\w.+-]{0,60}/?[\w.+-]{0,60}(;[\w.+=-]{1,60})*;base64,", re.ASCII)
ELSEWHERE = re.compile(r"\s*[a-zA-Z][a-zA-Z0-9+.-]{1,20}:")
REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Cast:
    """An engine's voice, and what speaks in its place: an enrolled voice or a recording."""

    voice: str
    enrolled: Enrolled | None = None
    recording: str | None = None
    transcribed: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """What the voice is called, for what is attached to it."""
        if self.enrolled is not None:
            return (self.enrolled.id, self.enrolled.voice.name)
        return () if self.recording else (self.voice,)

    def carries(self, style: Style) -> bool:
        """Whether a recording speaks that was made in this mood, as strongly as it was made."""
        return self.enrolled is not None and self.enrolled.cast(_mood(style))[1]

    def onto(self, utterance: Utterance, card: Card) -> Utterance:
        """The utterance in this voice; raises `VoiceUnsupported` or `TranscriptRequired`.

        A mood that the voice was recorded in is in the recording, and is not put on it again.
        """
        utterance = replace(utterance, voice=self.voice)
        if self.enrolled is None and self.recording is None:
            return utterance
        if not adopts(card):
            raise VoiceUnsupported(card.engine, [voice.name for voice in card.voices])
        recording, transcribed, style = self.recording, self.transcribed, utterance.style
        if self.enrolled is not None:
            kept, carries = self.enrolled.cast(_mood(style))
            recording, transcribed = kept.digest, kept.transcribed
            style = replace(style, emotion=None) if carries else style
        if Need.TRANSCRIPT in card.needs and not transcribed:
            raise TranscriptRequired(card.engine)
        return replace(utterance, recording=recording, style=style)


def _mood(style: Style) -> str | None:
    """The mood by name; a recording whose mood is carried wins over it."""
    return style.emotion if style.reference is None else None


async def find_cast(
    name: str | None, owner: str, stairs: Staircase, aliases: Mapping[str, str]
) -> Cast:
    """The engine's voice of that name, else the enrolled one; raises `UnknownVoice`.

    An alias of the operator's own may lead to an enrolled voice, for whoever may use that one.
    """
    card = stairs.card
    target = enrolled_target(name, card, aliases)
    if target is not None and stairs.memory is not None:
        meant = await stairs.memory.library.find(owner, target)
        if meant is not None:
            return Cast(find_voice(None, card, aliases), meant)
    try:
        return Cast(find_voice(name, card, aliases))
    except UnknownVoice:
        if name is None or stairs.memory is None:
            raise
    library = stairs.memory.library
    found = await library.find(owner, name.strip())
    if found is None:
        built_in = [voice.name for voice in card.voices]
        raise UnknownVoice(name, [*built_in, *aliases, *await library.names(owner)])
    return Cast(find_voice(None, card, aliases), found)


class Casting:
    """Finds who speaks; a recording that is sent again and again is checked once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._passing: OrderedDict[str, str] = OrderedDict()

    async def cast(self, name: str | None, sent: str | None, transcript: str, owner: str) -> Cast:
        """Who speaks: the recording `sent` along, else the voice of that name.

        Raises `UnknownVoice`, `KeyRequired`, or why a recording cannot be spoken with.
        """
        stairs, aliases = self._house.staircase, self._house.settings.voice_aliases
        if sent is None:
            return await find_cast(name, owner, stairs, aliases)
        checked(owner)  # a stranger could have anybody's voice matched, and checks are few at once
        first, said = find_voice(None, stairs.card, aliases), cleaned(transcript)
        if not adopts(stairs.card):
            raise VoiceUnsupported(stairs.card.engine, [each.name for each in stairs.card.voices])
        digest = await self._recording(sent, said, "ref_audio")
        return Cast(first, recording=digest, transcribed=bool(said))

    async def mood(self, sent: str | None, owner: str) -> str | None:
        """The digest of a recording `sent` along for its mood, where the engine can carry one.

        Raises `KeyRequired`, or why the recording cannot be used.
        """
        if sent is None or Ability.EMOTION not in self._house.staircase.card.abilities:
            return None
        checked(owner)
        return await self._recording(sent, "", "style_audio")

    async def _recording(self, sent: str, transcript: str, param: str) -> str:
        """The digest of a recording sent along, which is kept in memory for a while."""
        library = self._house.memory.library
        name = hashlib.sha256(f"{transcript}\0{sent}".encode("utf-8", "replace")).hexdigest()
        if (digest := self._passing.get(name)) is not None and library.holds(digest):
            self._passing.move_to_end(name)
            return digest
        data = await anyio.to_thread.run_sync(
            decoded, sent, self._house.settings.max_upload_bytes, param
        )
        accepted = await self._accepted(data, transcript, param)
        self._passing[name] = accepted.recording.digest
        if len(self._passing) > REMEMBERED:
            self._passing.popitem(last=False)
        return accepted.recording.digest

    async def _accepted(self, data: bytes, transcript: str, param: str) -> Accepted:
        try:
            return await self._house.desk.accepted(data, transcript)
        except BadReference as error:
            if error.param == BadReference.param:  # that is the field of an upload
                error.param = param
            raise


def decoded(sent: str, limit: int, param: str) -> bytes:
    """The file in that field; nothing is ever fetched for a caller; raises `InvalidRequest`."""
    if (head := DATA_URI.match(sent)) is not None:
        sent = sent[head.end() :]
    elif ELSEWHERE.match(sent[:64]):
        raise InvalidRequest(
            f"{param} is the file itself in base64, or a data: URI; addresses are not fetched",
            param,
        )
    try:
        data = base64.b64decode("".join(sent.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(f"{param} is not base64", param) from error
    if not data:
        raise InvalidRequest(f"{param} is empty", param)
    if len(data) > limit:
        raise RequestTooLarge(limit)
    return data
