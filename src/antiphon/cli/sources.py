"""Where the words to speak come from: the arguments, a file, or standard input as it arrives."""

from __future__ import annotations

import asyncio
import codecs
import io
import os
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from antiphon.errors import InvalidRequest, TextTooLong

PAUSE_S = 0.3  # a writer who says nothing for this long wants to hear what there is
WAITING = 64
CHARACTER_BYTES = 4  # at most, in UTF-8


def read(path: Path, limit: int) -> str:
    """A file's text; raises `InvalidRequest` where there is none.

    Some files never end: of one that must hold more than `limit` characters no more is read, and
    `TextTooLong` is raised.
    """
    most = CHARACTER_BYTES * limit + len(codecs.BOM_UTF8)
    try:
        with path.open("rb") as file:
            taken = file.read(most + 1)
        cut = len(taken) > most
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(taken, final=not cut)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"cannot read {path}: {_reason(error)}", "file") from error
    if cut:
        raise TextTooLong(len(text), limit)
    return text


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return str((error.strerror if isinstance(error, OSError) else "it is not UTF-8") or error)


async def arriving(
    read: Callable[[], bytes], pause_s: float = PAUSE_S
) -> AsyncGenerator[str, None]:
    """Pieces as they come; an empty one, "speak what there is", when the writer pauses.

    The reading is done by a thread that does not keep the process from ending: no system lets a
    blocked read be cancelled.
    """
    pieces: asyncio.Queue[bytes] = asyncio.Queue()
    places = threading.Semaphore(WAITING)
    loop = asyncio.get_running_loop()

    def put(taken: bytes) -> None:
        loop.call_soon_threadsafe(pieces.put_nowait, taken)

    threading.Thread(target=_read_all, args=(read, put, places), daemon=True).start()
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    piece, ended = "", False
    while not ended:
        try:
            async with asyncio.timeout(pause_s if piece else None):
                taken = await pieces.get()
            places.release()
            ended, piece = not taken, decoder.decode(taken, final=not taken)
        except TimeoutError:
            yield (piece := "")
            continue
        except UnicodeDecodeError as error:
            raise InvalidRequest(f"cannot read standard input: {_reason(error)}", "text") from error
        if piece:
            yield piece


def _read_all(
    read: Callable[[], bytes], put: Callable[[bytes], object], places: threading.Semaphore
) -> None:
    taken = b"-"
    while taken:
        taken = _ended_by_error(read)
        places.acquire()
        try:
            put(taken)
        except RuntimeError:
            return  # the loop has ended: nobody is listening any more


def _ended_by_error(read: Callable[[], bytes]) -> bytes:
    """A source that cannot be read any further has ended."""
    try:
        return read()
    except OSError:
        return b""


def standard_input() -> Callable[[], bytes]:
    """Reads what standard input has, past Python's buffer, whose lock a blocked read would keep."""
    stream = sys.stdin.buffer
    try:
        handle = stream.fileno()
    except io.UnsupportedOperation:
        return stream.read
    return lambda: os.read(handle, 64 * 1024)
