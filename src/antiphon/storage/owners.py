"""Owners: names that keys, voices and consents belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


def ensure_owner(connection: Connection, name: str, now: float) -> None:
    """Have that owner, in the transaction that needs one."""
    from antiphon.storage.tables import OWNERS

    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    new = insert(OWNERS).values(name=name, created_at=now)
    connection.execute(new.on_conflict_do_nothing())
