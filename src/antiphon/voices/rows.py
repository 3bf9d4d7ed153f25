"""The rows behind voices, inside one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from antiphon.claims import VoiceExists, VoiceNotFound
from antiphon.speech import Voice
from antiphon.storage import erasing
from antiphon.storage.changes import RECORDING, VOICE, note
from antiphon.storage.owners import ensure_owner
from antiphon.storage.tables import CONSENTS, MOODS, RECORDINGS, VOICES
from antiphon.voices.consent_rows import ConsentRows
from antiphon.voices.enrolled import (
    Enrolled,
    Kept,
    Page,
    consent_object,
    prepared_folder,
    recording_object,
)
from antiphon.voices.naming import NEUTRAL, composed


class OutrunError(Exception):
    """The sound of a recording was erased between its being put there and its row."""


class Rows:
    """Reads and changes voices on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- finding ----------------------------------------------------------------------------------

    def by_id(self, owner: str, name: str) -> Enrolled | None:
        """The voice of that id, if this owner may use it."""
        found = self._voices(select(VOICES).where(VOICES.c.id == name))
        return next((one for one in found if one.owner == owner or one.shared), None)

    def by_name(self, owner: str, name: str) -> Enrolled | None:
        """The owner's voice of that name, else the first that somebody shares."""
        name = composed(name)
        own = select(VOICES).where(VOICES.c.owner == owner, VOICES.c.name == name)
        lent = (
            select(VOICES)
            .where(VOICES.c.shared.is_(True), VOICES.c.name == name)
            .order_by(VOICES.c.id)
            .limit(1)
        )
        return next(iter(self._voices(own) or self._voices(lent)), None)

    def own(self, owner: str, name: str) -> Enrolled | None:
        """The owner's voice of that id or name."""
        mine = select(VOICES).where(VOICES.c.owner == owner)
        found = self._voices(mine.where(VOICES.c.id == name))
        return next(iter(found or self._voices(mine.where(VOICES.c.name == composed(name)))), None)

    def page(self, owner: str, after: str, limit: int) -> Page:
        """The owner's voices and the shared ones past an id; each index is read no further."""
        later = select(VOICES).where(VOICES.c.id > after).order_by(VOICES.c.id).limit(limit + 1)
        own = self._connection.execute(later.where(VOICES.c.owner == owner)).all()
        lent = self._connection.execute(
            later.where(VOICES.c.shared.is_(True), VOICES.c.owner != owner)
        ).all()
        first = sorted([*own, *lent], key=lambda row: row.id)
        return Page(self._filled(first[:limit]), len(first) > limit)

    def names(self, owner: str, limit: int) -> list[str]:
        """Some names that this owner has given, to tell the nearest from."""
        own = select(VOICES.c.name).where(VOICES.c.owner == owner).order_by(VOICES.c.id)
        return [row.name for row in self._connection.execute(own.limit(limit))]

    def used(self, digest: str) -> bool:
        """Whether any voice has this recording."""
        asked = select(RECORDINGS.c.digest).where(RECORDINGS.c.digest == digest)
        return self._connection.execute(asked).first() is not None

    # --- changing ---------------------------------------------------------------------------------

    def add(self, one: Enrolled) -> None:
        """A new voice with its recordings.

        Raises `VoiceExists`, and `ConsentNotFound` or `ConsentRequired` where its consent went.
        """
        if one.consent_id is not None:
            ConsentRows(self._connection).standing(one.owner, one.consent_id)
        ensure_owner(self._connection, one.owner, one.created_at)
        same = (VOICES.c.owner == one.owner, VOICES.c.name == one.voice.name)
        if self._connection.execute(select(VOICES.c.id).where(*same)).first():
            raise VoiceExists(one.voice.name)
        self._connection.execute(
            insert(VOICES).values(
                id=one.id,
                owner=one.owner,
                name=one.voice.name,
                description=one.voice.description,
                shared=one.shared,
                consent=one.voice.consent or "",
                consent_id=one.consent_id,
                created_at=one.created_at,
            )
        )
        for mood, digest in one.voice.recordings.items():
            self._give(one.id, mood, one.kept[digest], one.created_at)

    def set_mood(self, voice: str, mood: str, kept: Kept, now: float) -> list[str]:
        """Give a voice a recording for a mood; returns the recordings that nobody has any more.

        Raises `VoiceNotFound` where the voice went meanwhile.
        """
        self._hold(voice)
        here = (MOODS.c.voice == voice, MOODS.c.mood == mood)
        before = self._connection.execute(select(MOODS.c.recording).where(*here)).scalars().all()
        self._connection.execute(delete(MOODS).where(*here))
        self._give(voice, mood, kept, now)
        note(self._connection, VOICE, voice, now)
        return self._let_go(before, now)

    def share(self, voice: str, shared: bool, now: float) -> None:
        """Let others use a voice, or no longer; raises `VoiceNotFound`."""
        self._hold(voice)
        self._connection.execute(update(VOICES).where(VOICES.c.id == voice).values(shared=shared))
        note(self._connection, VOICE, voice, now)

    def remove(self, one: Enrolled, now: float) -> list[str]:
        """Take a voice away; returns the recordings that nobody has any more."""
        if one.consent_id is not None:
            held = select(CONSENTS.c.id).where(CONSENTS.c.id == one.consent_id)
            self._connection.execute(held.with_for_update())
        self._connection.execute(delete(MOODS).where(MOODS.c.voice == one.id))
        self._connection.execute(delete(VOICES).where(VOICES.c.id == one.id))
        note(self._connection, VOICE, one.id, now)
        consents = ConsentRows(self._connection)
        if one.consent_id is not None and not consents.resting_on(one.consent_id):
            self._connection.execute(
                update(CONSENTS).where(CONSENTS.c.id == one.consent_id).values(erased_at=now)
            )
            erasing.erase(self._connection, [consent_object(one.consent_id)], now)
        return self._let_go(list(one.kept), now)

    def provide(self, digests: Iterable[str], now: float, due_at: float) -> bool:
        """Recordings are about to be kept: they go again unless a voice has them by then.

        False while somebody is erasing one of them.
        """
        unused = [each for each in digests if not self.used(each)]
        names = [name for each in unused for name in _objects(each)]
        return erasing.provide(self._connection, names, now, due_at)

    def _hold(self, voice: str) -> None:
        """Let nobody else change a voice before this transaction ends."""
        there = select(VOICES.c.id).where(VOICES.c.id == voice).with_for_update()
        if self._connection.execute(there).first() is None:
            raise VoiceNotFound(voice)

    def _give(self, voice: str, mood: str, kept: Kept, now: float) -> None:
        if not self.used(kept.digest):
            if not erasing.is_provided(self._connection, recording_object(kept.digest), now):
                raise OutrunError
            self._connection.execute(
                insert(RECORDINGS).values(
                    digest=kept.digest,
                    seconds=kept.seconds,
                    transcribed=kept.transcribed,
                    created_at=now,
                )
            )
        erasing.spare(self._connection, _objects(kept.digest))
        self._connection.execute(
            insert(MOODS).values(voice=voice, mood=mood, recording=kept.digest)
        )

    def _let_go(self, digests: Iterable[str], now: float) -> list[str]:
        gone = []
        for digest in dict.fromkeys(digests):
            asked = select(MOODS.c.voice).where(MOODS.c.recording == digest).limit(1)
            if self._connection.execute(asked).first() is None:
                self._connection.execute(delete(RECORDINGS).where(RECORDINGS.c.digest == digest))
                erasing.erase(self._connection, _objects(digest), now)
                note(self._connection, RECORDING, digest, now)
                gone.append(digest)
        return gone

    # --- rows to values ---------------------------------------------------------------------------

    def _voices(self, asked: Select[tuple[object, ...]]) -> tuple[Enrolled, ...]:
        return self._filled(self._connection.execute(asked).all())

    def _filled(self, rows: Sequence[Row[tuple[object, ...]]]) -> tuple[Enrolled, ...]:
        if not rows:
            return ()
        moods: dict[str, dict[str, str]] = defaultdict(dict)
        kept: dict[str, dict[str, Kept]] = defaultdict(dict)
        asked = (
            select(MOODS, RECORDINGS)
            .join(RECORDINGS, RECORDINGS.c.digest == MOODS.c.recording)
            .where(MOODS.c.voice.in_([row.id for row in rows]))
            .order_by(MOODS.c.mood != NEUTRAL, MOODS.c.mood)
        )
        for one in self._connection.execute(asked):
            moods[one.voice][one.mood] = one.digest
            kept[one.voice][one.digest] = Kept(one.digest, one.seconds, one.transcribed)
        return tuple(_enrolled(row, moods[row.id], kept[row.id]) for row in rows)


def _objects(digest: str) -> tuple[str, str]:
    """All that is kept of a recording."""
    return recording_object(digest), prepared_folder(digest)


def _enrolled(
    row: Row[tuple[object, ...]], moods: dict[str, str], kept: dict[str, Kept]
) -> Enrolled:
    voice = Voice(row.name, row.description, owner=row.owner, recordings=moods, consent=row.consent)
    return Enrolled(row.id, row.created_at, bool(row.shared), voice, kept, row.consent_id)
