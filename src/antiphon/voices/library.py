"""The library of voices: enrol, find, lend, remove, and hand recordings to engines."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio
import msgspec

from antiphon.claims import VoiceExists, VoiceNotFound
from antiphon.errors import StorageAway, UnknownRecording
from antiphon.speech import Recording, Voice
from antiphon.storage.changes import RECORDING, VOICE, Changes
from antiphon.storage.database import Database
from antiphon.storage.objects import Objects
from antiphon.storage.retention import UNCLAIMED_S, Retention
from antiphon.voices.enrolled import (
    Enrolled,
    Kept,
    Page,
    Profile,
    prepared_folder,
    recording_object,
)
from antiphon.voices.naming import VOICE as VOICE_ID
from antiphon.voices.naming import new_id
from antiphon.voices.passing import Passing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from antiphon.voices.rows import Rows

T = TypeVar("T")
REMEMBERED = 1024  # voices that go on speaking while the database is away
TRIES = 3
POLLS, POLL_S = 100, 0.1  # for a recording that is being erased
logger = logging.getLogger(__name__)


class Library:
    """Voices in a database and their sound in an object store; engines fetch from it by digest."""

    def __init__(
        self,
        database: Database,
        objects: Objects,
        changes: Changes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database, self._objects, self._changes = database, objects, changes
        self._clock = clock
        self._passing = Passing()
        self.retention = Retention(database, objects, clock)
        self._known: OrderedDict[tuple[str, str], Enrolled] = OrderedDict()
        changes.on(RECORDING, self._passing.drop)
        changes.on(VOICE, lambda _: self._known.clear())

    # --- finding ----------------------------------------------------------------------------------

    async def find(self, owner: str, name: str) -> Enrolled | None:
        """The voice of that id or name which this owner may use: their own before a shared one.

        One that was used lately is found while the database is away; raises `StorageAway`.
        """
        try:
            found = await self._database.read(lambda connection: _found(connection, owner, name))
        except StorageAway:
            if (owner, name) in self._known:
                return self._known[owner, name]
            raise
        if found is not None:
            self._known[owner, name] = found
            self._known.move_to_end((owner, name))
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found

    async def find_own(self, owner: str, name: str) -> Enrolled | None:
        """The owner's own voice of that id or name; raises `StorageAway`."""
        return await self._database.read(lambda connection: _rows(connection).own(owner, name))

    async def own(self, owner: str, name: str) -> Enrolled:
        """The same; raises `VoiceNotFound` where there is none."""
        found = await self.find_own(owner, name)
        if found is None:
            raise VoiceNotFound(name)
        return found

    async def page(self, owner: str, after: str = "", limit: int = 100) -> Page:
        """Voices that this owner may use, in the order of their making, past the id `after`."""
        return await self._database.read(lambda c: _rows(c).page(owner, after, limit))

    async def names(self, owner: str, limit: int = 200) -> list[str]:
        """Some of the owner's names, to tell the nearest from."""
        return await self._database.read(lambda connection: _rows(connection).names(owner, limit))

    # --- changing ---------------------------------------------------------------------------------

    def hold(self, recording: Recording) -> str:
        """Let engines fetch a recording for a while, without keeping it; returns its digest."""
        return self._passing.hold(recording)

    def holds(self, digest: str) -> bool:
        """Whether that recording is still held."""
        return digest in self._passing

    async def check_free(self, owner: str, name: str) -> None:
        """Raise `VoiceExists` early, before a recording is looked at."""
        if await self.find_own(owner, name) is not None:
            raise VoiceExists(name)

    async def enrol(self, profile: Profile, recordings: Mapping[str, Recording]) -> Enrolled:
        """A new voice with recordings by mood.

        Raises `VoiceExists` or `StorageAway`, and `ConsentNotFound` or `ConsentRequired` where the
        consent that it rests on went meanwhile.
        """
        now = self._clock()
        moods = {mood: recording.digest for mood, recording in recordings.items()}
        voice = Voice(
            profile.name,
            profile.description,
            owner=profile.owner,
            recordings=moods,
            consent=profile.consent,
        )
        kept = {each.digest: _kept(each) for each in recordings.values()}
        one = Enrolled(new_id(VOICE_ID, now), now, profile.shared, voice, kept, profile.consent_id)
        async with self.retention.changing:
            await self._keep(recordings.values(), lambda rows: rows.add(one))
        return one

    async def add(self, owner: str, name: str, mood: str, recording: Recording) -> Enrolled:
        """Give one of the owner's voices a recording for a mood, in the place of an earlier one."""
        one = await self.own(owner, name)
        async with self.retention.changing:
            gone = await self._keep(
                [recording],
                lambda rows: rows.set_mood(one.id, mood, _kept(recording), self._clock()),
            )
        await self._erased(one.id, gone)
        return await self.own(owner, one.id)

    async def share(self, owner: str, name: str, shared: bool) -> Enrolled:
        """Let others use one of the owner's voices, or no longer."""
        one = await self.own(owner, name)
        await self._database.write(lambda c: _rows(c).share(one.id, shared, self._clock()))
        self._changes.tell(VOICE, one.id)
        return replace(one, shared=shared)

    async def remove(self, owner: str, name: str) -> Enrolled:
        """Erase one of the owner's voices, and whatever was made of what only it had."""
        one = await self.own(owner, name)
        gone = await self._database.write(lambda c: _rows(c).remove(one, self._clock()))
        await self._erased(one.id, gone)
        return one

    async def _erased(self, voice: str, digests: list[str]) -> None:
        self._changes.tell(VOICE, voice)
        for digest in digests:
            self._changes.tell(RECORDING, digest)
        await self.retention.erase_soon()

    # --- what engines ask for ---------------------------------------------------------------------

    async def recording(self, digest: str) -> Recording:
        """The recording of that digest; raises `UnknownRecording` or `StorageAway`."""
        if (held := self._passing.recording(digest)) is not None:
            return held
        data = await self._objects.get(recording_object(digest))
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            raise UnknownRecording(digest)
        return msgspec.msgpack.decode(data, type=Recording)

    async def prepared(self, digest: str, model: str) -> bytes | None:
        """What an engine of that model kept for the recording."""
        if (held := self._passing.prepared(digest, model)) is not None:
            return held
        return await self._objects.get(_prepared_object(digest, model))

    async def keep_prepared(self, digest: str, model: str, data: bytes) -> None:
        """Keep it beside the recording, unless that has been erased meanwhile."""
        if digest in self._passing:
            self._passing.keep_prepared(digest, model, data)
            return
        name = _prepared_object(digest, model)
        try:
            async with self.retention.changing:
                if await self._objects.has(recording_object(digest)):
                    await self._objects.put(name, data)
        except StorageAway as error:
            logger.warning("what was made of a recording is not kept: %s", error)

    # --- keeping ----------------------------------------------------------------------------------

    async def _keep(self, recordings: Collection[Recording], change: Callable[[Rows], T]) -> T:
        """Put the sound first and the rows after it, so that no row is without its sound.

        Sound whose row does not follow, for whatever reason, is erased a little later.
        """
        from antiphon.voices.rows import OutrunError

        by_digest = {recording.digest: recording for recording in recordings}
        for _ in range(TRIES):
            await self._provide(list(by_digest))
            for recording in by_digest.values():
                await self._put(recording)
            with suppress(OutrunError):  # another process removed the same recording meanwhile
                return await self._database.write(lambda connection: change(_rows(connection)))
        raise StorageAway("the library of voices")

    async def _provide(self, digests: list[str]) -> None:
        """Write down what is about to be kept, after whoever is erasing it."""
        for _ in range(POLLS):
            if await self._database.write(partial(self._provided, digests)):
                return
            await anyio.sleep(POLL_S)
        raise StorageAway("the library of voices")

    def _provided(self, digests: list[str], connection: Connection) -> bool:
        now = self._clock()
        return _rows(connection).provide(digests, now, now + UNCLAIMED_S)

    async def _put(self, recording: Recording) -> None:
        digest = recording.digest
        await self._objects.put(recording_object(digest), msgspec.msgpack.encode(recording))
        for model, data in self._passing.let_go(digest).items():
            await self._objects.put(_prepared_object(digest, model), data)


def _rows(connection: Connection) -> Rows:
    from antiphon.voices.rows import Rows  # brings SQLAlchemy, which is loaded by now

    return Rows(connection)


def _found(connection: Connection, owner: str, name: str) -> Enrolled | None:
    rows = _rows(connection)
    return rows.by_id(owner, name) if name.startswith(VOICE_ID) else rows.by_name(owner, name)


def _kept(recording: Recording) -> Kept:
    seconds = len(recording.pcm) / 2 / recording.rate
    return Kept(recording.digest, round(seconds, 3), bool(recording.transcript))


def _prepared_object(digest: str, model: str) -> str:
    return f"{prepared_folder(digest)}{hashlib.sha256(model.encode()).hexdigest()[:32]}"
