"""What `antiphon voice` does in the data folder, beside whatever server runs there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from antiphon.accounts.keys import LOCAL
from antiphon.claims import VoiceNotFound
from antiphon.edge.enrolment import EnrolledVoice, described
from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.settings import Settings
from antiphon.staircase import given_back, memory
from antiphon.voices import carrying
from antiphon.voices.enrolled import Enrolled
from antiphon.voices.enrolling import Desk, Offer
from antiphon.voices.naming import NEUTRAL, check_mood
from antiphon.voices.reference import Bounds, References

PAGE = 1000


async def add(settings: Settings, offer: Offer, data: bytes) -> EnrolledVoice:
    """A new voice, or one more mood of one; raises `SpeechError`."""
    async with _desk(settings) as desk:
        there = None
        if check_mood(offer.mood) != NEUTRAL:
            there = await desk.library.find_own(offer.owner, offer.name)
        one, accepted = await (desk.more if there else desk.new_voice)(offer, data)
        advice = (*accepted.verdict.advice, *desk.advice(one))
    return msgspec.structs.replace(_told(one), verdict=accepted.verdict, advice=advice)


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
    async with _desk(settings) as desk:
        return _told(await desk.imported(owner, data, name))


@asynccontextmanager
async def _desk(settings: Settings) -> AsyncIterator[Desk]:
    """What is kept, and the engine that will be asked to speak with it."""
    bounds = Bounds.of_this_machine(settings.max_upload_bytes)
    async with memory(settings) as kept, given_back(References(bounds)) as references:
        options = EngineOptions.of(settings, kept.library)
        async with given_back(await open_engine(settings.engine, options)) as engine:
            yield Desk(
                kept.library,
                kept.consents,
                references,
                engine.card(),
                engine.prepare,
                settings.voice_aliases,
                settings.enrolment_timeout_s,
            )


def _told(one: Enrolled) -> EnrolledVoice:
    return described(one, one.owner or LOCAL)
