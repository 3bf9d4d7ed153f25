"""Who may come in: how many at once, how many bytes, how slowly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio
from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from antiphon.errors import Overloaded, RequestTimeout, RequestTooLarge
from antiphon.settings import Settings

HELD_BODIES = 64  # bodies of the largest size that may be in memory at once
LINGER_S = 2.0
ANYBODY = "anonymous"


def owner_of(scope: Scope) -> str:
    """Who asks."""
    return str(scope.get("antiphon.owner", ANYBODY))


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


class Door:
    """Counts the streams and the bytes inside, and refuses what is too much."""

    def __init__(self, settings: Settings) -> None:
        self.streams = 0
        self._max_streams = settings.max_streams
        self._max_bytes = settings.max_body_bytes
        self._timeout_s = settings.request_timeout_s
        self._arriving = 0
        self._held_bytes = 0

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
        if incoming.declared_bytes > self._max_bytes:
            raise RequestTooLarge(self._max_bytes)
        with anyio.move_on_after(self._timeout_s):
            return await self._collect(incoming)
        raise RequestTimeout(self._timeout_s)

    async def _collect(self, incoming: Incoming) -> bytes:
        body = bytearray()
        self._arriving += 1
        try:
            while not incoming.complete:
                chunk = await incoming.chunk()
                body += chunk
                self._held_bytes += len(chunk)
                self._check(len(body))
        finally:
            self._arriving -= 1
            self._held_bytes -= len(body)
        return bytes(body)

    def _check(self, length: int) -> None:
        if length > self._max_bytes:
            raise RequestTooLarge(self._max_bytes)
        if self._held_bytes > HELD_BODIES * self._max_bytes:
            raise Overloaded(self._arriving, HELD_BODIES)
