"""Owners: names that keys, voices and consents belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


def ensure_owner(connection: Connection, name: str, now: float) -> None:
    """Have that owner, in the transaction that needs one."""
    from sqlalchemy import insert, select

    from antiphon.storage.tables import OWNERS

    if connection.execute(select(OWNERS.c.name).where(OWNERS.c.name == name)).first() is None:
        connection.execute(insert(OWNERS).values(name=name, created_at=now))
