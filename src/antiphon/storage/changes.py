"""What one process changes and every other must notice: keys that come and go, what was erased."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio

from antiphon.errors import StorageAway
from antiphon.storage.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEY, RECORDING, VOICE, DICTIONARY = "key", "recording", "voice", "dictionary"
EVERY_S, ECHO_S = 1.0, 10.0
KEPT_S = 24 * 3600.0
# Postgres may commit a lower number after a higher one; so far back is looked again.
BACK = 64
Heard = Callable[[str], None]
logger = logging.getLogger(__name__)


def note(connection: Connection, kind: str, subject: str, at: float) -> None:
    """Write a change down, in the transaction that makes it."""
    from sqlalchemy import delete, insert

    from antiphon.storage.tables import CHANGES

    connection.execute(insert(CHANGES).values(kind=kind, subject=subject, at=at))
    connection.execute(delete(CHANGES).where(CHANGES.c.at < at - KEPT_S))


class Changes:
    """Tells whoever listens in this process, for its own changes as for those of others."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heard: dict[str, list[Heard]] = defaultdict(list)
        self._seen: set[int] | None = None
        self._last = 0
        self._own: list[tuple[str, str, float]] = []

    def on(self, kind: str, heard: Heard) -> None:
        """Call `heard` with the subject of each change of this kind."""
        self._heard[kind].append(heard)

    def tell(self, kind: str, subject: str) -> None:
        """A change of this process, told at once; its note is not heard again.

        What was erased may have been sent along anew by the time that the note is seen.
        """
        self._own.append((kind, subject, time.monotonic()))
        self._tell(kind, subject)

    def _tell(self, kind: str, subject: str) -> None:
        for heard in self._heard[kind]:
            heard(subject)

    def _is_own(self, kind: str, subject: str) -> bool:
        """Whether it was told by this process, once for each time."""
        for at, own in enumerate(self._own):
            if own[:2] == (kind, subject):
                del self._own[at]
                return True
        return False

    async def begin(self) -> None:
        """Learn where the end is, before anything is read that a change may make stale."""
        if self._seen is None:
            await self.look()

    async def look(self) -> None:
        """Tell what is new since the last look; the first one only learns where the end is."""
        found = await self._database.read(self._since)
        first, seen = self._seen is None, self._seen or set()
        for sequence, kind, subject in found:
            self._last = max(self._last, sequence)
            if not first and sequence not in seen and not self._is_own(kind, subject):
                self._tell(kind, subject)
        self._seen = {sequence for sequence, _, _ in found}
        late = time.monotonic() - ECHO_S
        self._own = [own for own in self._own if own[2] > late]

    async def watch(self) -> None:
        """Look again and again, until cancelled; a database that is away is only waited for."""
        while True:
            try:
                await self.look()
            except StorageAway:
                logger.debug("no look at the changes: the database is away")
            except Exception:
                logger.exception("no look at the changes")
            await anyio.sleep(EVERY_S)

    def _since(self, connection: Connection) -> list[tuple[int, str, str]]:
        from sqlalchemy import func, select

        from antiphon.storage.tables import CHANGES

        if self._seen is None:
            self._last = connection.execute(select(func.max(CHANGES.c.sequence))).scalar() or 0
        rows = connection.execute(
            select(CHANGES.c.sequence, CHANGES.c.kind, CHANGES.c.subject)
            .where(CHANGES.c.sequence > self._last - BACK)
            .order_by(CHANGES.c.sequence)
        )
        return [(row.sequence, row.kind, row.subject) for row in rows]
