"""Erases what must go, again and again until it is gone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio

from antiphon.errors import StorageAway
from antiphon.storage.database import Database
from antiphon.storage.objects import Objects

if TYPE_CHECKING:
    from sqlalchemy import Connection

ERASED_AT_ONCE = 100
SWEEP_S = 60.0
UNCLAIMED_S = 600.0
logger = logging.getLogger(__name__)


class Retention:
    """The objects of one house; `changing` is held while one is kept or erased here."""

    def __init__(self, database: Database, objects: Objects, clock: Callable[[], float]) -> None:
        self._database, self._objects, self._clock = database, objects, clock
        self.changing = anyio.Lock()

    async def erase_pending(self) -> None:
        """Erase what must go; raises `StorageAway`, and then it is tried again later."""
        while True:
            async with self.changing:
                names = await self._database.read(self._due)
                if not names:
                    return
                for name in names:
                    await self._erase(name)

    async def erase_soon(self) -> None:
        """The same now if the stores are there, else once they are."""
        try:
            await self.erase_pending()
            await self._database.scrub()
        except StorageAway:
            logger.warning("what was removed is erased once its store is back")

    async def sweep(self) -> None:
        """Erase what could not be erased before, until cancelled, whatever goes wrong."""
        while True:
            try:
                await self._objects.clear()
                await self.erase_pending()
                await self._database.scrub()
            except StorageAway:
                logger.warning("what was removed could not be erased yet")
            except Exception:
                logger.exception("what was removed could not be erased")
            await anyio.sleep(SWEEP_S)

    async def _erase(self, name: str) -> None:
        from antiphon.storage import erasing

        if not await self._database.write(lambda c: erasing.claim(c, name, self._clock())):
            return
        try:
            await self._objects.erase(name)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._database.write(lambda c: erasing.give_up(c, name))
            raise
        await self._database.write(lambda c: erasing.spare(c, [name]))

    def _due(self, connection: Connection) -> list[str]:
        from antiphon.storage import erasing  # brings SQLAlchemy, which is loaded by now

        return erasing.to_erase(connection, self._clock(), ERASED_AT_ONCE)
