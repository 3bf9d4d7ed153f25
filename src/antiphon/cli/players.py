"""Plays speech as it is made, through the first player found on this machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import click

from antiphon.audio.encoding import FORMATS
from antiphon.cli.exits import OutputFailed
from antiphon.cli.sinks import FileSink, Sink

# Those that take samples as they come; {rate} is filled in.
PIPED = {
    "ffplay": "-nodisp -autoexit -loglevel error -f s16le -ar {rate} -i pipe:0",
    "aplay": "-q -t raw -f S16_LE -c 1 -r {rate}",
    "paplay": "--raw --format=s16le --channels=1 --rate={rate}",
}
# Those that need the whole file.
FILED = ("afplay", "pw-play")
KNOWN = ("ffplay", "aplay", "paplay", "afplay", "pw-play")


def find_player() -> Sink:
    """A sink that plays; raises `UsageError` where nothing can."""
    for name in KNOWN:
        if found := shutil.which(name):
            return Piped(found, PIPED[name]) if name in PIPED else Filed(found)
    raise click.UsageError(
        f"no player found on this machine ({', '.join(KNOWN)}); write a file with --out FILE"
    )


class Piped:
    """A player that takes raw samples on its standard input."""

    def __init__(self, command: str, arguments: str) -> None:
        self._command = command
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, rate: int) -> None:
        arguments = self._arguments.format(rate=rate).split()
        self._process = _started([self._command, *arguments], subprocess.PIPE)

    def write(self, pcm: bytes) -> None:
        if self._process is not None and self._process.stdin is not None:
            try:
                self._process.stdin.write(pcm)
                self._process.stdin.flush()
            except BrokenPipeError as error:
                raise _failed(self._process) from error

    def finish(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            if self._process.wait():
                raise _failed(self._process)

    def close(self) -> None:
        if self._process is not None:
            _ended(self._process)


class Filed:
    """A player that takes the name of a file, and so begins when everything is made."""

    def __init__(self, command: str) -> None:
        self._command = command
        self._folder = tempfile.TemporaryDirectory(prefix="antiphon-")
        self._path = Path(self._folder.name) / "speech.wav"
        self._file = FileSink(self._path, FORMATS["wav"])
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, rate: int) -> None:
        self._file.start(rate)

    def write(self, pcm: bytes) -> None:
        self._file.write(pcm)

    def finish(self) -> None:
        self._file.finish()
        self._process = _started([self._command, str(self._path)], subprocess.DEVNULL)
        if self._process.wait():
            raise _failed(self._process)

    def close(self) -> None:
        if self._process is not None:
            _ended(self._process)
        self._file.close()
        self._folder.cleanup()


def _started(command: list[str], stdin: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
    except OSError as error:
        raise OutputFailed(f"cannot start {command[0]}: {error.strerror}") from error


def _failed(process: subprocess.Popen[bytes]) -> OutputFailed:
    process.kill()
    told = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
    name = Path(str(process.args[0])).name if isinstance(process.args, list) else "the player"
    last = told.splitlines()[-1] if told else "it ended too early"
    return OutputFailed(f"{name} could not play: {last}; write a file with --out FILE")


def _ended(process: subprocess.Popen[bytes]) -> None:
    """End a player that is still playing: nobody listens any more."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
