"""The list of objects that must go, inside one transaction.

An object is on it before it is kept, and from when nobody has it any more. Whoever erases one
claims it first, so that another process does not keep it again in that moment.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from antiphon.storage.tables import ERASING

CLAIM_S = 30.0
ONE = ERASING.c


def provide(connection: Connection, names: Collection[str], now: float, due_at: float) -> bool:
    """Objects are about to be kept: they go again unless they are spared by then.

    False, with nothing changed, while somebody is erasing one of them.
    """
    there = select(ERASING).where(ONE.object.in_(names)).with_for_update()
    if any((row.claimed_until or 0) > now for row in connection.execute(there).all()):
        return False
    erase(connection, names, due_at)
    return True


def erase(connection: Connection, names: Collection[str], due_at: float) -> None:
    """Write down what must go, so that it does even if this process ends now."""
    spare(connection, names)
    for name in names:
        connection.execute(insert(ERASING).values(object=name, due_at=due_at))


def spare(connection: Connection, names: Collection[str]) -> None:
    """Take objects off the list: they are gone, or wanted again."""
    connection.execute(delete(ERASING).where(ONE.object.in_(names)))


def is_provided(connection: Connection, name: str, now: float) -> bool:
    """Whether what was put there is there still: nobody erases it, or has erased it meanwhile."""
    asked = select(ONE.object).where(ONE.object == name, ONE.due_at > now).with_for_update()
    return connection.execute(asked).first() is not None


def to_erase(connection: Connection, now: float, limit: int) -> list[str]:
    """Objects that must go now, but for those that somebody is erasing."""
    return list(connection.execute(select(ONE.object).where(*_due(now)).limit(limit)).scalars())


def claim(connection: Connection, name: str, now: float) -> bool:
    """Whether it must go still, and is ours to erase."""
    ours = update(ERASING).where(ONE.object == name, *_due(now))
    return connection.execute(ours.values(claimed_until=now + CLAIM_S)).rowcount == 1


def give_up(connection: Connection, name: str) -> None:
    """It could not be erased: whoever looks next may try."""
    connection.execute(update(ERASING).where(ONE.object == name).values(claimed_until=None))


def _due(now: float) -> list[ColumnElement[bool]]:
    return [ONE.due_at <= now, or_(ONE.claimed_until.is_(None), ONE.claimed_until <= now)]
