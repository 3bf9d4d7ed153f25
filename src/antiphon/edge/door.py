"""Who may come in: how many at once, how many bytes, how slowly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio
from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from antiphon.errors import Overloaded, RequestTimeout, RequestTooLarge
from antiphon.settings import Settings

HELD_BODIES = 64  # bodies of the largest size that may be in memory at once
HELD_UPLOADS = 4
FORM_BYTES = 64 * 1024  # what surrounds the file of an upload
LINGER_S = 2.0


class Left(Exception):
    """The client left; there is nobody to tell."""


class Incoming:
    """One request's body on its way in."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.headers = Headers(scope=scope)
        self.complete = False
        self._receive = receive

    @property
    def declared_bytes(self) -> int:
        """The length that the client announced, 0 where it did not."""
        length = self.headers.get("content-length", "")
        return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0

    async def chunk(self) -> bytes:
        """The next bytes; sets `complete` with the last; raises `Left`."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Left
        self.complete = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body

    async def linger(self) -> None:
        """Let a client that was refused early finish sending, or it may never read why."""
        with anyio.move_on_after(LINGER_S):
            try:
                while not self.complete:
                    await self.chunk()
            except Left:
                return


class Intake:
    """Bodies on their way in, all together of a bounded size."""

    def __init__(self, max_bytes: int, timeout_s: float, most: int) -> None:
        """`most` bodies of the largest size may be in memory at once, or many smaller ones."""
        self._max_bytes, self._timeout_s, self._most = max_bytes, timeout_s, most
        self._inside = 0
        self._held_bytes = 0

    @asynccontextmanager
    async def body(self, incoming: Incoming) -> AsyncIterator[bytes]:
        """The whole body, counted until the context is left.

        Raises `RequestTooLarge`, `RequestTimeout`, `Overloaded` or `Left`.
        """
        if incoming.declared_bytes > self._max_bytes:
            raise RequestTooLarge(self._max_bytes)
        body = bytearray()
        self._inside += 1
        try:
            try:
                async with asyncio.timeout(self._timeout_s):
                    await self._collect(incoming, body)
            except TimeoutError:
                raise RequestTimeout(self._timeout_s) from None
            yield bytes(body)
        finally:
            self._inside -= 1
            self._held_bytes -= len(body)

    async def _collect(self, incoming: Incoming, body: bytearray) -> None:
        while not incoming.complete:
            chunk = await incoming.chunk()
            body += chunk
            self._held_bytes += len(chunk)
            if len(body) > self._max_bytes:
                raise RequestTooLarge(self._max_bytes)
            if self._held_bytes > self._most * self._max_bytes:
                raise Overloaded(self._inside, self._most)


class Door:
    """Counts the streams and the bytes inside, and refuses what is too much."""

    def __init__(self, settings: Settings) -> None:
        self.streams = 0
        self._max_streams = settings.max_streams
        timeout_s = settings.request_timeout_s
        self.bodies = Intake(settings.max_body_bytes, timeout_s, HELD_BODIES)
        largest = settings.max_upload_bytes + FORM_BYTES
        self.uploads = Intake(largest, settings.upload_timeout_s, HELD_UPLOADS)

    @contextmanager
    def stream(self) -> Iterator[None]:
        """A place for one stream, given back on leaving; raises `Overloaded`."""
        if self.streams >= self._max_streams:
            raise Overloaded(self.streams, self._max_streams)
        self.streams += 1
        try:
            yield
        finally:
            self.streams -= 1

    async def body(self, incoming: Incoming) -> bytes:
        """The whole body; raises `RequestTooLarge`, `RequestTimeout`, `Overloaded` or `Left`."""
        async with self.bodies.body(incoming) as body:
            return body
        raise AssertionError("unreachable")  # pragma: no cover
