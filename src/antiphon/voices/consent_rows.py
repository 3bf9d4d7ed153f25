"""The rows behind consents, inside one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from antiphon.claims import ConsentInUse, ConsentNotFound, ConsentRequired
from antiphon.storage import erasing
from antiphon.storage.owners import ensure_owner
from antiphon.storage.tables import CONSENTS, VOICES
from antiphon.voices.enrolled import Consent, consent_object


class ConsentRows:
    """Reads and changes consents on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, owner: str, name: str) -> Consent | None:
        """The owner's consent of that id."""
        mine = select(CONSENTS).where(CONSENTS.c.owner == owner, CONSENTS.c.id == name)
        row = self._connection.execute(mine).first()
        return None if row is None else Consent(*row)

    def standing(self, owner: str, name: str) -> Consent:
        """The same, to rest a voice on: nobody else changes it before this transaction ends.

        Raises `ConsentNotFound`, or `ConsentRequired` once its sound is erased.
        """
        mine = select(CONSENTS).where(CONSENTS.c.owner == owner, CONSENTS.c.id == name)
        row = self._connection.execute(mine.with_for_update()).first()
        if row is None:
            raise ConsentNotFound(name)
        found = Consent(*row)
        if found.erased_at is not None:
            raise ConsentRequired("the recording of this consent was erased with its last voice")
        return found

    def page(self, owner: str, after: str, limit: int) -> list[Consent]:
        """The owner's consents past an id, one more than asked for where there is one."""
        mine = select(CONSENTS).where(CONSENTS.c.owner == owner, CONSENTS.c.id > after)
        rows = self._connection.execute(mine.order_by(CONSENTS.c.id).limit(limit + 1))
        return [Consent(*row) for row in rows]

    def add(self, one: Consent) -> None:
        """A new one, whose sound is kept already."""
        ensure_owner(self._connection, one.owner, one.created_at)
        self._connection.execute(
            insert(CONSENTS).values(
                id=one.id,
                owner=one.owner,
                name=one.name,
                language=one.language,
                created_at=one.created_at,
                media_type=one.media_type,
            )
        )
        erasing.spare(self._connection, [consent_object(one.id)])

    def provide(self, name: str, due_at: float) -> None:
        """Sound is about to be kept: it goes again unless its row is there by then."""
        erasing.erase(self._connection, [consent_object(name)], due_at)

    def resting_on(self, name: str) -> list[str]:
        """The names of some voices that rest on a consent."""
        asked = select(VOICES.c.name).where(VOICES.c.consent_id == name).limit(10)
        return list(self._connection.execute(asked).scalars())

    def rename(self, owner: str, name: str, new: str) -> Consent | None:
        """Another name for the owner's consent of that id."""
        mine = (CONSENTS.c.owner == owner, CONSENTS.c.id == name)
        self._connection.execute(update(CONSENTS).where(*mine).values(name=new))
        return self.find(owner, name)

    def remove(self, owner: str, name: str, now: float) -> Consent | None:
        """Take one away and write down that its sound must go; raises `ConsentInUse`."""
        found = self.find(owner, name)
        if found is None:
            return None
        if voices := self.resting_on(name):
            raise ConsentInUse(voices)
        self._connection.execute(delete(CONSENTS).where(CONSENTS.c.id == name))
        self.provide(name, now)
        return found
