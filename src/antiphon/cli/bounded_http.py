"""HTTP/1.1 as uvicorn speaks it, with bounds on every byte and every wait before the answer."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import httptools
from starlette.datastructures import MutableHeaders
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from antiphon.cli.corked import Corked
from antiphon.edge import problems
from antiphon.edge.courtesies import SECURITY, request_id
from antiphon.errors import InvalidRequest, RequestTimeout, RequestTooLarge, SpeechError

MAX_HEAD_BYTES = 64 * 1024
PIECE_BYTES = 8 * 1024  # how exactly bytes are told to belong to one message or the next
CHUNK_FRAME_BYTES = 16  # a chunk's size and line breaks; what is longer is an extension


class BoundedHttp(HttpToolsProtocol):
    """Bounds what uvicorn with httptools does not: all that is no body, and the head's time."""

    head_timeout_s = 15.0
    _beside_bytes = 0  # of this message, all that is no body: head, trailers, chunk extensions
    _in_head = True
    _in_message = False
    _upgrading = False
    _refusal: SpeechError | None = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(Corked(transport, self.loop))  # type: ignore[arg-type]
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._in_head = self._in_message = True
        self._beside_bytes = 0
        self._watch()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # nobody asked for trailers
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._upgrading = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if not self._upgrading:
            self._end_head()
            super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """Small chunks are no offence, however many."""
        self._beside_bytes -= CHUNK_FRAME_BYTES

    def on_body(self, body: bytes) -> None:
        self._beside_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._upgrading:
            self._in_message = False
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refusal is not None:
            self._refuse(self._refusal)
        elif self._in_head:  # the head of the next request has begun meanwhile
            self._watch()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        for start in range(0, len(data), PIECE_BYTES):
            if self._refusal is not None or self.transport.is_closing():
                return
            self._feed(data[start : start + PIECE_BYTES])
        if self._refusal is None and (self.cycle is None or self.cycle.response_complete):
            self._watch()  # bytes that begin no message do not keep a connection either

    def _feed(self, piece: bytes) -> None:
        self._beside_bytes += len(piece)
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(piece[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("this is no HTTP/1.1 request that can be read; send another")
        self._beside_bytes = max(0, self._beside_bytes)
        if self._beside_bytes > MAX_HEAD_BYTES:
            self._refuse(RequestTooLarge(MAX_HEAD_BYTES))

    def _decline_upgrade(self, rest: bytes) -> None:
        """Answer in HTTP/1.1: httptools reads no body after an upgrade, so it is not shown one."""
        self._upgrading = False
        line = (
            self.parser.get_method(),
            self.url,
            b"HTTP/" + self.parser.get_http_version().encode(),
        )
        fields = [b"%b: %b" % field for field in self.headers if field[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        with suppress(AttributeError):  # as uvicorn does: httptools before 0.6.3 has none
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._feed(b"\r\n".join([b" ".join(line), *fields, b"", b""]))
        if rest and self._refusal is None and not self.transport.is_closing():
            self._feed(rest)

    def send_400_response(self, msg: str) -> None:
        self._refuse(InvalidRequest(msg))

    def _watch(self) -> None:
        """Time the head, unless an answer is being sent: that must not be cut by the next head."""
        if self._timer is None and not self._answering():
            self._timer = self.loop.call_later(
                self.head_timeout_s, self._refuse, RequestTimeout(self.head_timeout_s)
            )

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _end_head(self) -> None:
        self._in_head = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, error: SpeechError) -> None:
        """Answer and close: after the answers already owed, or without a word inside of one."""
        if self.transport.is_closing():
            return
        self._end_head()
        self._refusal = error
        if self._answering():
            if not self.cycle.more_body:
                self.flow.pause_reading()
                return  # the fault is in what came after it: `on_response_complete` comes back
            self.cycle.disconnected = True
        if not self._answering() or not (self.cycle.response_started or self.pipeline):
            self.transport.write(self._answer(error))
        self.transport.close()

    def _answer(self, error: SpeechError) -> bytes:
        response = problems.response(error)
        name = request_id({"type": "http", "headers": self.headers if self._in_message else []})
        MutableHeaders(raw=response.raw_headers).update(
            {"connection": "close", "x-request-id": name, **SECURITY}
        )
        fields = [*self.server_state.default_headers, *response.raw_headers]
        line = f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}".encode()
        head = [line, *(b"%b: %b" % field for field in fields)]
        return b"\r\n".join([*head, b"", bytes(response.body)])


def bounded(head_timeout_s: float) -> type[BoundedHttp]:
    """The protocol, for a head that takes no longer than this."""
    members: dict[str, Any] = {"head_timeout_s": head_timeout_s}
    return type("BoundedHttp", (BoundedHttp,), members)
