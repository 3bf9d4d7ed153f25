"""Audio and what was made of it, by name, in a folder or in any S3-compatible store.

Nothing is opened until it is needed; obstore is imported in a thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import url2pathname

import anyio
import anyio.to_thread

from antiphon.errors import BadSetting, StorageAway
from antiphon.storage.folders import own_folder

if TYPE_CHECKING:
    from obstore.store import ObjectStore

PATIENCE_S = 10.0
HALF_WRITTEN_S = 10 * PATIENCE_S
KNOWN = ("file", "s3", "s3a", "gs", "az", "memory")
logger = logging.getLogger(__name__)


class Objects:
    """Bytes by name; a name is a path without a leading slash.

    What a store needs beside its address is given as a query, such as
    `s3://bucket/prefix?endpoint=https://…&region=auto`; credentials come from where the store's
    own tools look for them (`AWS_ACCESS_KEY_ID` and the like).
    """

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme not in KNOWN:
            raise BadSetting(
                f"objects_url {url.partition('://')[0]!r} is not known;"
                " it begins with file:// or s3://"
            )
        self._url = url
        self._store: ObjectStore | None = None
        self._opening = anyio.Lock()

    async def get(self, name: str) -> bytes | None:
        """The bytes of that name; None where there are none; raises `StorageAway`."""
        store = await self._opened()
        async with _told():
            try:
                found = await store.get_async(name)
                return bytes(await found.bytes_async())
            except FileNotFoundError:
                return None
        raise AssertionError("unreachable")  # pragma: no cover

    async def put(self, name: str, data: bytes) -> None:
        """Keep bytes under a name, whole or not at all; raises `StorageAway`."""
        store = await self._opened()
        async with _told():
            await store.put_async(name, data)

    async def has(self, name: str) -> bool:
        """Whether there is something of that name; raises `StorageAway`."""
        store = await self._opened()
        async with _told():
            try:
                await store.head_async(name)
            except FileNotFoundError:
                return False
        return True

    async def names(self, prefix: str) -> list[str]:
        """Every name in a folder and the folders in it; raises `StorageAway`."""
        store = await self._opened()
        async with _told():
            return [each["path"] async for page in store.list(prefix) for each in page]
        raise AssertionError("unreachable")  # pragma: no cover

    async def erase(self, name: str) -> None:
        """Erase what has that name, or all in it where it ends in a slash.

        What is not there is erased already; raises `StorageAway`.
        """
        names = await self.names(name) if name.endswith("/") else [name]
        store = await self._opened()
        async with _told():
            for each in names:
                with suppress(FileNotFoundError):
                    await store.delete_async(each)

    async def clear(self) -> None:
        """Erase what a process that was killed left half written in a folder."""
        if urlsplit(self._url).scheme == "file":
            await anyio.to_thread.run_sync(_clear, folder_of(self._url))

    async def _opened(self) -> ObjectStore:
        async with self._opening:
            if self._store is None:
                self._store = await anyio.to_thread.run_sync(_open, self._url)
            return self._store


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """Turn whatever a store breaks with, or its silence, into `StorageAway`."""
    from obstore.exceptions import BaseError

    with anyio.move_on_after(PATIENCE_S) as waiting:
        try:
            yield
        except (BaseError, OSError) as error:
            logger.warning("the object store: %s", str(error).partition("\n")[0])
            raise StorageAway("the object store") from error
    if waiting.cancelled_caught:
        raise StorageAway("the object store")


def folder_of(url: str) -> Path:
    """Where a file:// URL leads."""
    return Path(url2pathname(urlsplit(url).path))


def _clear(folder: Path) -> None:
    """The store writes to `name#1` before it renames; after so long nobody is writing that."""
    before = time.time() - HALF_WRITTEN_S
    for found in folder.rglob("*#*"):
        with suppress(OSError):
            if found.name.rpartition("#")[2].isdigit() and found.stat().st_mtime < before:
                found.unlink()


def _open(url: str) -> ObjectStore:
    from obstore.exceptions import BaseError
    from obstore.store import LocalStore, from_url

    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    if options.get("endpoint", "").startswith("http:"):
        options["client_options"] = {"allow_http": True}
    try:
        if parts.scheme == "file":
            own_folder(folder := folder_of(url))
            return LocalStore(folder, mkdir=True, automatic_cleanup=True)
        return from_url(parts._replace(query="").geturl(), **options)
    except (BaseError, OSError, TypeError, ValueError) as error:
        where = f"{parts.scheme}://{parts.netloc}"  # what follows may hold a secret
        raise BadSetting(f"objects_url {where} cannot be used: {type(error).__name__}") from error
