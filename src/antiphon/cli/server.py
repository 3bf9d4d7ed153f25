"""Runs the HTTP server on a listening socket."""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import suppress
from http import HTTPStatus
from socket import socket
from typing import Any

import click
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from antiphon.cli import sockets
from antiphon.edge.app import create_app
from antiphon.edge.house import House
from antiphon.errors import (
    EngineNotReady,
    RequestTimeout,
    RequestTooLarge,
    SpeechError,
)
from antiphon.settings import Settings

MAX_HEAD_BYTES = 64 * 1024
LOGGED_BY_UVICORN = {"info": "warning"}


def run(settings: Settings, listening: socket) -> None:
    """Serve until a signal says to stop, and then until the calls in flight have ended.

    Raises what keeps the engine from starting, or breaks it later, as a `SpeechError`.
    """
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    failures: list[Exception] = []

    def stop(failure: Exception) -> None:
        failures.append(failure)
        server.should_exit = True

    app = create_app(settings, on_failure=stop)
    server = Server(_config(settings, app), app.state.house, sockets.url(settings.host, listening))
    server.run(sockets=[listening])
    if failures:
        raise _situation(settings, failures[0])


def _config(settings: Settings, app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="auto",
        http=_bounded(settings.request_timeout_s),
        lifespan="on",
        log_config=None,
        log_level=LOGGED_BY_UVICORN.get(settings.log_level, settings.log_level),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_timeout_s),
    )


def _situation(settings: Settings, failure: Exception) -> SpeechError:
    """A plugin may raise whatever it likes, and a task group wraps what it raises."""
    while isinstance(failure, ExceptionGroup) and len(failure.exceptions) == 1:
        failure = failure.exceptions[0]
    if isinstance(failure, SpeechError):
        return failure
    return EngineNotReady(f"the engine {settings.engine!r} could not start: {failure}")


class Server(uvicorn.Server):
    """Says where it can be found once it can, and who speaks once somebody does."""

    def __init__(self, config: uvicorn.Config, house: House, found_at: str) -> None:
        super().__init__(config)
        self._house, self._found_at = house, found_at
        self._telling: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            click.echo(f"Antiphon is listening on {self._found_at} (Ctrl+C stops it)")
            self._telling = asyncio.create_task(self._tell_ready())

    async def _tell_ready(self) -> None:
        await self._house.settled()
        with suppress(EngineNotReady):
            card = self._house.staircase.card
            voices = ", ".join(voice.name for voice in card.voices)
            click.echo(f"Antiphon is ready: {card.engine} speaks as {voices}")


class BoundedHttp(HttpToolsProtocol):
    """Bounds the head of a request, which uvicorn with httptools does not: its bytes, its time."""

    head_timeout_s = 15.0
    _head_bytes = 0
    _in_head = True
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._in_head = True
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._in_head = True
        self._watch()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_head:  # the head of the next request has begun meanwhile
            self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._watch()  # bytes that begin no message do not keep a connection either
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(RequestTooLarge(MAX_HEAD_BYTES))

    def _watch(self) -> None:
        """Time the head, unless an answer is being sent: that must not be cut by the next head."""
        answering = self.cycle is not None and not self.cycle.response_complete
        if self._timer is None and not answering:
            self._timer = self.loop.call_later(
                self.head_timeout_s, self._refuse, RequestTimeout(self.head_timeout_s)
            )

    def _end_head(self) -> None:
        self._in_head, self._head_bytes = False, 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, error: SpeechError) -> None:
        phrase, body = HTTPStatus(error.status).phrase, f"{error}\n".encode()
        self.transport.write(
            f"HTTP/1.1 {error.status} {phrase}\r\nconnection: close\r\n"
            f"content-type: text/plain\r\ncontent-length: {len(body)}\r\n\r\n".encode()
            + body
        )
        self._end_head()
        self.transport.close()


def _bounded(head_timeout_s: float) -> type[BoundedHttp]:
    members: dict[str, Any] = {"head_timeout_s": head_timeout_s}
    return type("BoundedHttp", (BoundedHttp,), members)
