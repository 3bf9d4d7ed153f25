"""The sending side of one call: nothing waits on a listener longer than the stall limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from starlette.types import Message, Receive, Scope, Send

from antiphon.edge import connection, problems
from antiphon.edge.door import Incoming
from antiphon.edge.envelopes import Envelope, Usage, Word
from antiphon.errors import ListenerStalled, SpeechError
from antiphon.producing import beside


class Listener:
    """Takes the answer of one call: audio in an envelope, or a situation."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, stall_timeout_s: float) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._stall_timeout_s = stall_timeout_s
        self._envelope: Envelope | None = None

    async def begin(self, envelope: Envelope, media_type: str, headers: Mapping[str, str]) -> None:
        """Send the headers; from here on there is no other status."""
        self._envelope = envelope
        await self._start(200, {**headers, **envelope.headers(media_type)})

    async def piece(self, data: bytes, words: tuple[Word, ...] = ()) -> None:
        """Send audio, and the words that begin about here; raises `ListenerStalled`."""
        assert self._envelope is not None  # noqa: S101  (begin comes first)
        await self._body(self._envelope.piece(data, words), more=True)

    async def done(self, usage: Usage, reason: str) -> None:
        """Send the end."""
        assert self._envelope is not None  # noqa: S101  (begin comes first)
        await self._body(self._envelope.done(usage, reason), more=False)

    async def fail(self, error: SpeechError, incoming: Incoming) -> None:
        """Tell what happened in whatever way is still open."""
        try:
            if self._envelope is None:
                await self._refuse(error, incoming)
            elif isinstance(error, ListenerStalled):
                await connection.abort(self._scope, self._receive)
            elif (last := self._envelope.failed(error)) is not None:
                await self._body(last, more=False)
            else:
                await connection.close(self._scope, self._receive, self._stall_timeout_s)
        except ListenerStalled:
            await connection.abort(self._scope, self._receive)

    async def _refuse(self, error: SpeechError, incoming: Incoming) -> None:
        answer = problems.response(error)
        headers = dict(answer.headers)
        if not incoming.complete:
            headers["connection"] = "close"
        await self._start(error.status, headers)
        await self._body(bytes(answer.body), more=True)
        await incoming.linger()
        await self._body(b"", more=False)

    async def _start(self, status: int, headers: Mapping[str, str]) -> None:
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._told({"type": "http.response.start", "status": status, "headers": raw})

    async def _body(self, data: bytes, *, more: bool) -> None:
        await self._told({"type": "http.response.body", "body": data, "more_body": more})

    async def _told(self, message: Message) -> None:
        try:
            async with asyncio.timeout(self._stall_timeout_s) as waiting:
                await self._send(message)
        except TimeoutError:
            if not waiting.expired():
                raise
            raise ListenerStalled(self._stall_timeout_s) from None


@dataclass(slots=True)
class Presence:
    """Whether the listener is still there."""

    left: bool = False


@asynccontextmanager
async def while_present(receive: Receive) -> AsyncIterator[Presence]:
    """Cancel the body as soon as the listener leaves; `left` says afterwards that it did."""
    presence = Presence()
    answered = False

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        presence.left = not answered
        scope.cancel()

    with anyio.CancelScope() as scope:
        async with beside(watch()):
            yield presence
            answered = True  # after the answer the server reports a disconnect: no leaving
