"""An owner's pronunciation dictionaries, in the database and remembered while they are used."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from antiphon.errors import StorageAway
from antiphon.storage.changes import DICTIONARY, Changes
from antiphon.storage.database import Database
from antiphon.text.dictionary_store import KeptDictionary, one_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from antiphon.accounts.dictionary_rows import DictionaryRows

REMEMBERED = 256  # owners


class Dictionaries:
    """A `DictionaryStore` over a database; what is remembered outlives one that is away."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database, self._changes = database, changes
        self._known: OrderedDict[str, tuple[KeptDictionary, ...]] = OrderedDict()
        self._stale: set[str] = set()
        changes.on(DICTIONARY, self._outdated)

    async def list(self, owner: str) -> tuple[KeptDictionary, ...]:
        """All of an owner's, the oldest first; raises `StorageAway` where none is remembered."""
        if owner in self._known:
            self._known.move_to_end(owner)
        if owner in self._known and owner not in self._stale:
            return self._known[owner]
        self._stale.discard(owner)  # before the rows are read: what comes later is heard again
        try:
            await self._changes.begin()
            found = await self._database.read(lambda connection: _rows(connection).all(owner))
        except StorageAway:
            if owner not in self._known:
                raise
            self._stale.add(owner)
            return self._known[owner]
        self._known[owner] = found
        while len(self._known) > REMEMBERED:
            self._stale.discard(self._known.popitem(last=False)[0])
        return found

    async def get(self, owner: str, name: str, version: str | None = None) -> KeptDictionary:
        """By id or by name, in its newest version or another; raises `UnknownDictionary`."""
        kept = one_of(await self.list(owner), name)
        if version is None or version == kept.dictionary.version:
            return kept
        return await self._database.read(lambda c: _rows(c).at_version(kept, version))

    async def put(self, kept: KeptDictionary) -> KeptDictionary:
        """Keep a new one, or a new version of one; raises `InvalidRequest`."""
        put = await self._database.write(lambda connection: _rows(connection).put(kept))
        self._changes.tell(DICTIONARY, kept.owner)
        return put

    async def delete(self, owner: str, name: str, now: float) -> KeptDictionary:
        """Forget it with all its versions; raises `UnknownDictionary`."""
        gone = await self._database.write(lambda c: _rows(c).delete(owner, name, now))
        self._changes.tell(DICTIONARY, owner)
        return gone

    def _outdated(self, owner: str) -> None:
        if owner in self._known:
            self._stale.add(owner)


def _rows(connection: Connection) -> DictionaryRows:
    from antiphon.accounts.dictionary_rows import DictionaryRows  # brings SQLAlchemy

    return DictionaryRows(connection)
