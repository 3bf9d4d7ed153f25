"""Runs the HTTP server on a listening socket."""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import suppress
from socket import socket

import click
import uvicorn
from starlette.applications import Starlette

from antiphon.cli import sockets
from antiphon.cli.bounded_http import bounded
from antiphon.edge.app import create_app
from antiphon.edge.house import House
from antiphon.errors import EngineNotReady, SpeechError
from antiphon.settings import Settings

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
        http=bounded(settings.request_timeout_s),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level=LOGGED_BY_UVICORN.get(settings.log_level, settings.log_level),
        access_log=False,
        server_header=False,
        proxy_headers=False,
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
            speaks = f"speaks as {voices}" if voices else "speaks with recordings"
            click.echo(f"Antiphon is ready: {card.engine} {speaks}")
            if card.notice:
                click.echo(f"Note: {card.notice}")
