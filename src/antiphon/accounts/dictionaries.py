"""An owner's pronunciation dictionaries, in the database and remembered while they are used."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import anyio

from antiphon.errors import StorageAway
from antiphon.storage.changes import DICTIONARY, Changes
from antiphon.storage.database import Database
from antiphon.text.dictionary_store import Edit, KeptDictionary, one_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from antiphon.accounts.dictionary_rows import DictionaryRows

REMEMBERED = 256  # owners


class Dictionaries:
    """A `DictionaryStore` over a database; what is remembered outlives one that is away."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database, self._changes = database, changes
        self._known: OrderedDict[str, tuple[KeptDictionary, ...]] = OrderedDict()
        self._stale: dict[str, object] = {}  # each change has a mark of its own
        self._turns = WeakValueDictionary[str, anyio.Lock]()
        changes.on(DICTIONARY, self._outdated)

    async def list(self, owner: str) -> tuple[KeptDictionary, ...]:
        """All of an owner's, the oldest first; raises `StorageAway` where none is remembered.

        Who asks while they are read again waits for that, and hears no more of what was before.
        """
        if owner in self._known:
            self._known.move_to_end(owner)
        if self._is_fresh(owner):
            return self._known[owner]
        turn = self._turns.setdefault(owner, anyio.Lock())
        async with turn:
            return self._known[owner] if self._is_fresh(owner) else await self._read(owner)

    async def _read(self, owner: str) -> tuple[KeptDictionary, ...]:
        mark = self._stale.get(owner)
        try:
            await self._changes.begin()
            found = await self._database.read(lambda connection: _rows(connection).all(owner))
        except StorageAway:
            if owner not in self._known:
                raise
            return self._known[owner]
        self._known[owner] = found
        if self._stale.get(owner) is mark:  # else they changed while they were read
            self._stale.pop(owner, None)
        while len(self._known) > REMEMBERED:
            self._stale.pop(self._known.popitem(last=False)[0], None)
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

    async def change(self, owner: str, name: str, edit: Edit) -> KeptDictionary:
        """A new version, made of the newest in one transaction; raises `UnknownDictionary`."""
        put = await self._database.write(lambda c: _rows(c).change(owner, name, edit))
        self._changes.tell(DICTIONARY, owner)
        return put

    async def delete(self, owner: str, name: str, now: float) -> KeptDictionary:
        """Forget it with all its versions; raises `UnknownDictionary`."""
        gone = await self._database.write(lambda c: _rows(c).delete(owner, name, now))
        self._changes.tell(DICTIONARY, owner)
        return gone

    def _is_fresh(self, owner: str) -> bool:
        return owner in self._known and owner not in self._stale

    def _outdated(self, owner: str) -> None:
        if owner in self._known or owner in self._turns:
            self._stale[owner] = object()


def _rows(connection: Connection) -> DictionaryRows:
    from antiphon.accounts.dictionary_rows import DictionaryRows  # brings SQLAlchemy

    return DictionaryRows(connection)
