"""Where speech is written: a file that appears whole or not at all, or a stream."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from antiphon.audio import wav
from antiphon.audio.encoding import Encoder, Format, open_encoder
from antiphon.cli.exits import OutputFailed


class Sink(Protocol):
    """Takes PCM as it is made; closing without finishing drops what was taken."""

    def start(self, rate: int) -> None:
        """The audio will be mono s16 PCM at `rate`."""
        ...

    def write(self, pcm: bytes) -> None:
        """Take some; raises `OutputFailed`, or `BrokenPipeError` when the reader has left."""
        ...

    def finish(self) -> None:
        """All of it was taken: make it last."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class Encoded:
    """Encodes into a binary stream and mends the WAV header at the end, where that can be."""

    def __init__(self, stream: IO[bytes], format: Format, mendable: bool) -> None:
        self._stream = stream
        self._format = format
        self._mendable = mendable and format.name == "wav"
        self._encoder: Encoder | None = None
        self._rate = self._written = 0

    def start(self, rate: int) -> None:
        """A WAV file says its rate and keeps the engine's; others have the one clients expect."""
        self._rate = rate if self._format.name == "wav" else self._format.default_rate
        self._encoder = open_encoder(self._format, rate, self._rate)

    def write(self, pcm: bytes) -> None:
        if self._encoder is not None:
            self._put(self._encoder.encode(pcm))

    def finish(self) -> None:
        if self._encoder is not None:
            self._put(self._encoder.finish())
        if self._mendable:
            self._stream.seek(0)
            self._stream.write(wav.header(self._rate, self._written - wav.HEADER_BYTES))
        self._stream.flush()

    def _put(self, encoded: bytes) -> None:
        self._written += len(encoded)
        self._stream.write(encoded)
        self._stream.flush()


class StreamSink(Encoded):
    """Standard output, which may be a pipe or a file that the shell opened."""

    def __init__(self, stream: IO[bytes], format: Format) -> None:
        super().__init__(stream, format, _is_fresh_file(stream))

    def write(self, pcm: bytes) -> None:
        with _told("standard output"):
            super().write(pcm)

    def finish(self) -> None:
        with _told("standard output"):
            super().finish()

    def close(self) -> None:
        """It is not ours to close."""


@contextmanager
def _told(where: object) -> Iterator[None]:
    """Tell what cannot be written; a reader who has left is another matter."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputFailed(f"cannot write {where}: {reason}") from error


def _is_fresh_file(stream: IO[bytes]) -> bool:
    """Whether the stream is a regular file at its start, and not opened for appending."""
    try:
        import fcntl

        handle = stream.fileno()
        appending = fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_APPEND
        regular = stat.S_ISREG(os.fstat(handle).st_mode)
        return regular and not appending and stream.tell() == 0
    except (ImportError, OSError, ValueError):
        return False


class FileSink:
    """A file: written beside its place, and moved there once it is whole."""

    def __init__(self, path: Path, format: Format) -> None:
        self._path = Path(os.path.realpath(path))
        # Renaming onto a device or a pipe would replace it, so those are written directly.
        self._direct = self._path.exists() and not self._path.is_file()
        beside = self._path.with_name(f".{self._path.name[:200]}.{os.getpid()}.part")
        self._target = self._path if self._direct else beside
        try:
            self._stream = self._target.open("wb")
        except OSError as error:
            raise self._failed(error) from error
        self._encoded = Encoded(self._stream, format, mendable=not self._direct)

    def start(self, rate: int) -> None:
        self._encoded.start(rate)

    def write(self, pcm: bytes) -> None:
        try:
            self._encoded.write(pcm)
        except OSError as error:
            raise self._failed(error) from error

    def finish(self) -> None:
        try:
            self._encoded.finish()
            self._stream.close()
            if not self._direct:
                self._target.replace(self._path)
        except (OSError, ValueError) as error:
            raise self._failed(error) from error

    def close(self) -> None:
        with suppress(OSError):
            self._stream.close()
        if not self._direct:
            self._target.unlink(missing_ok=True)

    def _failed(self, error: OSError | ValueError) -> OutputFailed:
        reason = getattr(error, "strerror", None) or error
        return OutputFailed(f"cannot write {self._path}: {reason}")
