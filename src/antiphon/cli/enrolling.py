"""What `antiphon voice` does in the data folder, beside whatever server runs there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec

from antiphon.accounts.keys import LOCAL
from antiphon.claims import VoiceNotFound
from antiphon.edge.enrolment import EnrolledVoice, adopts, described
from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.settings import Settings
from antiphon.speech import Engine, Need, Recording
from antiphon.staircase import Memory, given_back, memory
from antiphon.voices import carrying
from antiphon.voices.enrolled import Enrolled, Profile
from antiphon.voices.naming import NEUTRAL, check_mood, check_name, check_text
from antiphon.voices.reference import References

STATEMENT = "said with --consent on the command line"
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says of a new voice."""

    owner: str
    name: str
    text: str
    mood: str
    description: str


async def add(settings: Settings, given: Given, data: bytes) -> EnrolledVoice:
    """A new voice, or one more mood of one; raises `SpeechError`."""
    mood, description = check_mood(given.mood), check_text(given.description, "description")
    async with _beside(settings) as (kept, engine), given_back(References()) as references:
        library = kept.library
        name = check_name(given.name, _reserved(settings, engine))
        there = None if mood == NEUTRAL else await library.find_own(given.owner, name)
        if there is None:
            await library.check_free(given.owner, name)
        accepted = await references.accept(data, given.text)
        await _make_ready(kept, engine, accepted.recording)
        if there is None:
            profile = Profile(given.owner, name, STATEMENT, description)
            one = await library.enrol(profile, {mood: accepted.recording})
        else:
            one = await library.add(given.owner, there.id, mood, accepted.recording)
    told, verdict = _told(one), accepted.verdict
    return msgspec.structs.replace(told, verdict=verdict, advice=tuple(verdict.advice))


async def listed(settings: Settings, owner: str) -> list[EnrolledVoice]:
    """Every voice that the owner may use."""
    found: list[EnrolledVoice] = []
    async with memory(settings) as kept:
        while True:
            page = await kept.library.page(owner, found[-1].id if found else "", PAGE)
            found += map(_told, page.voices)
            if not page.more:
                return found
    raise AssertionError("unreachable")  # pragma: no cover


async def shown(settings: Settings, owner: str, name: str) -> EnrolledVoice:
    """One that the owner may use; raises `VoiceNotFound`."""
    async with memory(settings) as kept:
        found = await kept.library.find(owner, name)
    if found is None:
        raise VoiceNotFound(name)
    return _told(found)


async def shared(settings: Settings, owner: str, name: str, wanted: bool) -> EnrolledVoice:
    """Lend one of the owner's, or no longer; raises `VoiceNotFound`."""
    async with memory(settings) as kept:
        return _told(await kept.library.share(owner, name, wanted))


async def removed(settings: Settings, owner: str, name: str) -> EnrolledVoice:
    """Erase one of the owner's; raises `VoiceNotFound`."""
    async with memory(settings) as kept:
        return _told(await kept.library.remove(owner, name))


async def exported(settings: Settings, owner: str, name: str) -> bytes:
    """The file of one of the owner's; raises `VoiceNotFound`."""
    async with memory(settings) as kept:
        _, data = await carrying.export(kept.library, owner, name)
    return data


async def imported(settings: Settings, owner: str, data: bytes, name: str) -> EnrolledVoice:
    """A voice from a file; raises `BadArchive` or `VoiceExists`."""
    async with _beside(settings) as (kept, engine):
        bundle = await carrying.opened(data)
        neat = check_name(name or bundle.name, _reserved(settings, engine))
        await kept.library.check_free(owner, neat)
        for recording in bundle.recordings.values():
            await _make_ready(kept, engine, recording)
        return _told(await carrying.enrol(kept.library, owner, bundle, neat))


@asynccontextmanager
async def _beside(settings: Settings) -> AsyncIterator[tuple[Memory, Engine]]:
    """What is kept, and the engine that will be asked to speak with it."""
    async with memory(settings) as kept:
        options = EngineOptions.of(settings, kept.library)
        engine = await open_engine(settings.engine, options)
        async with given_back(engine):
            yield kept, engine


async def _make_ready(kept: Memory, engine: Engine, recording: Recording) -> None:
    kept.library.hold(recording)
    card = engine.card()
    if adopts(card) and (recording.transcript or Need.TRANSCRIPT not in card.needs):
        await engine.prepare(recording)


def _reserved(settings: Settings, engine: Engine) -> set[str]:
    return {voice.name for voice in engine.card().voices} | set(settings.voice_aliases)


def _told(one: Enrolled) -> EnrolledVoice:
    return described(one, one.owner or LOCAL)
