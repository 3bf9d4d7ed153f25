"""The rows behind pronunciation dictionaries, inside one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from antiphon.errors import UnknownDictionary
from antiphon.storage.changes import DICTIONARY, note
from antiphon.storage.owners import ensure_owner
from antiphon.storage.tables import DICTIONARIES, DICTIONARY_VERSIONS, OWNERS
from antiphon.text.dictionaries import Dictionary
from antiphon.text.dictionary_store import MOST_VERSIONS, Edit, KeptDictionary, check_room, one_of
from antiphon.text.pronouncing import Pair

ONE, VERSION = DICTIONARIES.c, DICTIONARY_VERSIONS.c


class DictionaryRows:
    """Reads and changes dictionaries on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, owner: str) -> tuple[KeptDictionary, ...]:
        """An owner's, the oldest first, each in its newest version."""
        mine = select(DICTIONARIES, VERSION.words).join(
            DICTIONARY_VERSIONS, (VERSION.dictionary == ONE.id) & (VERSION.version == ONE.version)
        )
        rows = self._connection.execute(
            mine.where(ONE.owner == owner).order_by(ONE.created_at, ONE.id)
        )
        return tuple(self._kept(row) for row in rows.all())

    def at_version(self, kept: KeptDictionary, version: str) -> KeptDictionary:
        """The same as it was; raises `UnknownDictionary`."""
        asked = select(VERSION.words).where(
            VERSION.dictionary == kept.id, VERSION.version == version
        )
        words = self._connection.execute(asked).scalar()
        if words is None:
            raise UnknownDictionary(f"{kept.name}, version {version}", kept.versions)
        return replace(kept, dictionary=Dictionary(kept.name, _unpacked(words)))

    def put(self, kept: KeptDictionary) -> KeptDictionary:
        """A new one, or a new version; raises `InvalidRequest`."""
        ensure_owner(self._connection, kept.owner, kept.changed_at)
        self._hold(kept.owner)
        others = self.all(kept.owner)
        check_room(others, kept)
        values = {
            "name": kept.name,
            "version": kept.dictionary.version,
            "everywhere": kept.everywhere,
            "voices": msgspec.json.encode(kept.voices).decode(),
            "changed_at": kept.changed_at,
        }
        if any(each.id == kept.id for each in others):
            self._connection.execute(update(DICTIONARIES).where(ONE.id == kept.id).values(**values))
        else:
            made = {"id": kept.id, "owner": kept.owner, "created_at": kept.created_at}
            self._connection.execute(insert(DICTIONARIES).values(**made, **values))
        self._keep(kept)
        note(self._connection, DICTIONARY, kept.owner, kept.changed_at)
        return replace(kept, versions=self._versions(kept.id))

    def change(self, owner: str, name: str, edit: Edit) -> KeptDictionary:
        """A new version of one that is there; raises `UnknownDictionary`, or what `edit` does."""
        self._hold(owner)
        return self.put(edit(one_of(self.all(owner), name)))

    def delete(self, owner: str, name: str, now: float) -> KeptDictionary:
        """Take one away with its versions; raises `UnknownDictionary`."""
        self._hold(owner)
        gone = one_of(self.all(owner), name)
        self._connection.execute(delete(DICTIONARY_VERSIONS).where(VERSION.dictionary == gone.id))
        self._connection.execute(delete(DICTIONARIES).where(ONE.id == gone.id))
        note(self._connection, DICTIONARY, owner, now)
        return gone

    def _hold(self, owner: str) -> None:
        """Let nobody else change this owner's until the transaction ends."""
        one = select(OWNERS.c.name).where(OWNERS.c.name == owner).with_for_update()
        self._connection.execute(one)

    def _keep(self, kept: KeptDictionary) -> None:
        """Make its rows the newest version, and forget the oldest beyond the limit."""
        mine, version = VERSION.dictionary == kept.id, kept.dictionary.version
        last = self._connection.execute(select(func.max(VERSION.number)).where(mine)).scalar() or 0
        self._connection.execute(
            delete(DICTIONARY_VERSIONS).where(mine, VERSION.version == version)
        )
        self._connection.execute(
            insert(DICTIONARY_VERSIONS).values(
                dictionary=kept.id,
                version=version,
                number=last + 1,
                words=msgspec.msgpack.encode(kept.dictionary.rows),
            )
        )
        for old in self._versions(kept.id)[:-MOST_VERSIONS]:
            self._connection.execute(
                delete(DICTIONARY_VERSIONS).where(mine, VERSION.version == old)
            )

    def _versions(self, name: str) -> tuple[str, ...]:
        asked = select(VERSION.version).where(VERSION.dictionary == name).order_by(VERSION.number)
        return tuple(self._connection.execute(asked).scalars())

    def _kept(self, row: Any) -> KeptDictionary:
        return KeptDictionary(
            row.id,
            row.owner,
            Dictionary(row.name, _unpacked(row.words)),
            row.created_at,
            row.changed_at,
            self._versions(row.id),
            bool(row.everywhere),
            msgspec.json.decode(row.voices, type=tuple[str, ...]),
        )


def _unpacked(words: bytes) -> tuple[Pair, ...]:
    return msgspec.msgpack.decode(words, type=tuple[Pair, ...])
