"""Keys: who asks, known by a secret of which only the digest is kept.

A house in which no key was ever made is open: everybody is its owner. From the first key on, a
request without one is a stranger's, and one with a key that is not known is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antiphon.claims import InvalidKey, KeyRequired
from antiphon.errors import InvalidRequest, StorageAway
from antiphon.storage.changes import KEY, Changes, note
from antiphon.storage.database import Database
from antiphon.storage.owners import ensure_owner

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOCAL, ANONYMOUS = "local", "anonymous"
PREFIX = "ak_"
LONGEST_NAME = 80
HINT = 32
LOOK_AGAIN_S = 1.0  # how often keys that nobody knows may ask the database


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is listed: never the secret."""

    id: str
    owner: str
    created_at: float
    revoked_at: float | None = None


@dataclass(frozen=True, slots=True)
class _Roll:
    """Each good key's digest and owner, by how it begins; closed once there ever was a key."""

    owners: dict[str, tuple[str, str]]
    closed: bool
    read_at: float


class Keys:
    """The keys of one house, remembered, so that known ones outlive a database that is away."""

    def __init__(
        self, database: Database, changes: Changes, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._changes, self._clock = database, changes, clock
        self._roll: _Roll | None = None
        self._stale = False
        changes.on(KEY, self._outdated)

    @property
    def open(self) -> bool:
        """Whether everybody is the owner: no key was ever made, as far as was read."""
        return self._roll is not None and not self._roll.closed

    async def caller(self, authorization: str | None) -> str:
        """The owner behind an `Authorization` header; raises `InvalidKey` or `StorageAway`."""
        token = bearer(authorization)
        roll = await self._known(must=bool(token))
        if roll is None:
            return ANONYMOUS
        if not roll.closed:
            return LOCAL
        if not token:
            return ANONYMOUS
        if (owner := _holder(roll, token)) is None and self._old(roll):
            roll = await self._read()
            owner = _holder(roll, token)
        if owner is None:
            raise InvalidKey
        return owner

    async def create(self, owner: str) -> tuple[Key, str]:
        """A new key for that owner, and its secret, which is told this once."""
        if not owner.isprintable() or not 1 <= len(owner.strip()) <= LONGEST_NAME:
            raise InvalidRequest(f"an owner's name has 1 to {LONGEST_NAME} printable characters")
        if owner == ANONYMOUS:
            raise InvalidRequest(f"{ANONYMOUS!r} is who comes without a key; choose another name")
        secret = PREFIX + secrets.token_urlsafe(32)
        key = Key(f"key_{secrets.token_hex(6)}", owner.strip(), self._clock())
        await self._database.write(lambda connection: _insert(connection, key, digest(secret)))
        self._changes.tell(KEY, key.id)
        return key, secret

    async def listed(self) -> list[Key]:
        """Every key, the oldest first; raises `StorageAway`."""
        return await self._database.read(_select)

    async def revoke(self, name: str) -> list[Key]:
        """End the key of that id, or every key of that owner; returns which have ended by it."""
        ended = await self._database.write(
            lambda connection: _revoke(connection, name, self._clock())
        )
        self._changes.tell(KEY, name)
        return ended

    async def _known(self, must: bool) -> _Roll | None:
        """The roll as last read, where the database is away; None where it was never read."""
        if self._roll is not None and not self._stale:
            return self._roll
        try:
            return await self._read()
        except StorageAway:
            if self._roll is None and must:
                raise
            return self._roll

    async def _read(self) -> _Roll:
        self._stale = False
        try:
            await self._changes.begin()
            owners, closed = await self._database.read(_good)
        except StorageAway:
            self._stale = True
            raise
        self._roll = _Roll(owners, closed, self._clock())
        return self._roll

    def _old(self, roll: _Roll) -> bool:
        return self._clock() - roll.read_at >= LOOK_AGAIN_S

    def _outdated(self, _: str) -> None:
        self._stale = True


def checked(owner: str) -> str:
    """The same owner; raises `KeyRequired` for a stranger."""
    if owner == ANONYMOUS:
        raise KeyRequired
    return owner


def digest(secret: str) -> str:
    """What is kept of a secret; it is random and long, so a plain digest gives nothing away."""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer(authorization: str | None) -> str:
    """The token in an `Authorization` header, empty where there is none."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _holder(roll: _Roll, token: str) -> str | None:
    """Found by a part of its digest, and compared in constant time."""
    asked = digest(token)
    kept = roll.owners.get(asked[:HINT])
    return kept[1] if kept and hmac.compare_digest(kept[0], asked) else None


def _insert(connection: Connection, key: Key, kept: str) -> None:
    from sqlalchemy import insert

    from antiphon.storage.tables import KEYS

    ensure_owner(connection, key.owner, key.created_at)
    connection.execute(
        insert(KEYS).values(id=key.id, owner=key.owner, digest=kept, created_at=key.created_at)
    )
    note(connection, KEY, key.id, key.created_at)


def _select(connection: Connection) -> list[Key]:
    from sqlalchemy import select

    from antiphon.storage.tables import KEYS

    rows = connection.execute(select(KEYS).order_by(KEYS.c.created_at))
    return [Key(row.id, row.owner, row.created_at, row.revoked_at) for row in rows]


def _good(connection: Connection) -> tuple[dict[str, tuple[str, str]], bool]:
    from sqlalchemy import select

    from antiphon.storage.tables import KEYS

    rows = connection.execute(select(KEYS.c.digest, KEYS.c.owner, KEYS.c.revoked_at)).all()
    good = (row for row in rows if row.revoked_at is None)
    return {row.digest[:HINT]: (row.digest, row.owner) for row in good}, bool(rows)


def _revoke(connection: Connection, name: str, now: float) -> list[Key]:
    from sqlalchemy import or_, update

    from antiphon.storage.tables import KEYS

    which = [or_(KEYS.c.id == name, KEYS.c.owner == name), KEYS.c.revoked_at.is_(None)]
    ended = connection.execute(update(KEYS).where(*which).values(revoked_at=now).returning(KEYS))
    keys = [Key(row.id, row.owner, row.created_at, row.revoked_at) for row in ended]
    for key in keys:
        note(connection, KEY, key.id, now)
    return keys
