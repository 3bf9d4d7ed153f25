"""Consents: somebody's recorded word that their voice may be used."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from antiphon.claims import ConsentNotFound
from antiphon.errors import InvalidRequest
from antiphon.storage.database import Database
from antiphon.storage.objects import Objects
from antiphon.storage.retention import UNCLAIMED_S
from antiphon.text.language import is_tag
from antiphon.voices.enrolled import Consent, consent_object
from antiphon.voices.library import Library
from antiphon.voices.naming import CONSENT, check_name, check_statement, new_id

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from antiphon.voices.consent_rows import ConsentRows

LONGEST_LANGUAGE = 40


class Consents:
    """Kept as they were sent, since they are evidence; erased with the last voice on them."""

    def __init__(
        self,
        database: Database,
        objects: Objects,
        library: Library,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database, self._objects, self._library = database, objects, library
        self._clock = clock

    async def add(
        self, owner: str, name: str, language: str, data: bytes, media_type: str
    ) -> Consent:
        """A new one; raises `InvalidRequest` or `StorageAway`."""
        if len(language) > LONGEST_LANGUAGE or not is_tag(language):
            raise InvalidRequest("language is a BCP 47 tag such as 'en' or 'zh-CN'", "language")
        now = self._clock()
        one = Consent(new_id(CONSENT, now), owner, check_name(name), language, now, media_type[:80])
        due_at = now + UNCLAIMED_S
        await self._database.write(lambda connection: _rows(connection).provide(one.id, due_at))
        await self._objects.put(consent_object(one.id), data)
        await self._database.write(lambda connection: _rows(connection).add(one))
        return one

    async def find(self, owner: str, name: str) -> Consent:
        """The owner's consent of that id; raises `ConsentNotFound`."""
        found = await self._database.read(lambda connection: _rows(connection).find(owner, name))
        if found is None:
            raise ConsentNotFound(name)
        return found

    async def page(self, owner: str, after: str, limit: int) -> tuple[list[Consent], bool]:
        """The owner's consents past the id `after`, and whether more follow."""
        found = await self._database.read(lambda c: _rows(c).page(owner, after, limit))
        return found[:limit], len(found) > limit

    async def rename(self, owner: str, name: str, new: str) -> Consent:
        """Another name for one; raises `ConsentNotFound`."""
        neat = check_name(new)
        found = await self._database.write(lambda c: _rows(c).rename(owner, name, neat))
        if found is None:
            raise ConsentNotFound(name)
        return found

    async def remove(self, owner: str, name: str) -> Consent:
        """Erase one; raises `ConsentNotFound` or `ConsentInUse`."""
        found = await self._database.write(lambda c: _rows(c).remove(owner, name, self._clock()))
        if found is None:
            raise ConsentNotFound(name)
        await self._library.retention.erase_soon()
        return found

    async def given(self, owner: str, said: str) -> tuple[str, str | None]:
        """What to note of a consent, and its id where it is a recorded one.

        `said` is an id, or any statement that is no refusal; raises `ConsentRequired` or
        `ConsentNotFound`.
        """
        statement = check_statement(said)
        if not statement.startswith(CONSENT):
            return statement, None
        found = await self._database.read(lambda c: _rows(c).standing(owner, statement))
        return f"recorded: {found.name} ({found.language})", found.id


def _rows(connection: Connection) -> ConsentRows:
    from antiphon.voices.consent_rows import ConsentRows  # brings SQLAlchemy, loaded by now

    return ConsentRows(connection)
