"""`antiphon serve` answers over HTTP until it is told to stop."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

import click

from antiphon.cli import handles
from antiphon.cli.options import SERVING, chosen, settings_flags
from antiphon.cli.sockets import bound
from antiphon.errors import BadSetting, EngineMissing
from antiphon.storage.folders import own_folder


@click.command()
@settings_flags(*SERVING)
def serve(config: Path | None, **flags: str | None) -> None:
    """Answer over HTTP, with a page to try it.

    Ends with status 0 when told to stop (Ctrl+C or SIGTERM), after the calls in flight;
    a second Ctrl+C does not wait for them.
    """
    signal.signal(signal.SIGTERM, _stopped)
    settings = chosen(config, flags)
    check_engine(settings.engine)
    check_folder(settings.data)
    handles.raise_limit()
    with bound(settings.host, settings.port) as listening:
        from antiphon.cli.server import run

        _hear_interrupts()
        try:
            run(settings, listening)
        except KeyboardInterrupt:
            _stopped(signal.SIGINT, None)


def _hear_interrupts() -> None:
    """A server listens to SIGINT also where the shell that started it has it ignored."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _stopped(signum: int, frame: FrameType | None) -> None:
    """Being told to stop is no failure: uvicorn repeats the signal once it has drained."""
    sys.exit(0)


def check_engine(name: str) -> None:
    """Raises `EngineMissing` before anything is started for an engine that is not there."""
    from antiphon.engines.registry import installed

    points = installed()
    if name not in points:
        raise EngineMissing(name, points)


def check_folder(data: Path) -> None:
    """Make the data folder; raises `BadSetting` where nothing can be written into it."""
    try:
        own_folder(data)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise BadSetting(
            f"the data folder {data} cannot be written: {reason}; choose another with --data"
        ) from error
