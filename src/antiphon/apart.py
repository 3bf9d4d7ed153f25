"""Work on a stranger's data in a copy of this process that holds nothing but its end of a pipe.

The copy is made by forking, which costs milliseconds where starting afresh costs a fifth of a
second. It is gone before the next work begins, so that no data ever meets another's process.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from antiphon.confined import Limits, confine
from antiphon.piped import LENGTH, framed

POSSIBLE = hasattr(os, "fork")
REAP_S = 1.0


class Died(Exception):
    """The copy ended without an answer; `status` is its exit status, negative for a signal."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


def apart(work: Callable[[], bytes], limits: Limits, most_bytes: int) -> bytes:
    """What `work` gives in a confined copy of this process; raises `Died`.

    This process must have no other threads, and have loaded all that `work` needs.
    """
    ours, theirs = os.pipe()
    if (pid := os.fork()) == 0:
        _be_the_copy(work, limits, theirs)
    os.close(theirs)
    try:
        body = _read(ours, most_bytes, time.monotonic() + limits.wall_s)
        status = _ended(pid) if body is None else 0
    finally:
        os.close(ours)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    if body is None:
        raise Died(status)
    return body


def _be_the_copy(work: Callable[[], bytes], limits: Limits, theirs: int) -> None:
    """Answer and end; nothing of the parent's is left to speak with."""
    try:
        os.closerange(0, 2)
        os.closerange(3, theirs)
        os.closerange(theirs + 1, theirs + 1024)
        confine(limits)
        data = memoryview(framed(work()))
        while data:
            data = data[os.write(theirs, data) :]
    finally:
        os._exit(1)


def _read(ours: int, most_bytes: int, deadline: float) -> bytes | None:
    """One message; None when it breaks off, is too long, or comes too late."""
    data = bytearray()
    wanted = LENGTH.size
    while len(data) < wanted:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([ours], [], [], left)[0]:
            return None
        piece = os.read(ours, wanted - len(data))
        if not piece:
            return None
        data += piece
        if len(data) == wanted == LENGTH.size:
            wanted += LENGTH.unpack(data)[0]
            if wanted > most_bytes:
                return None
    return bytes(data[LENGTH.size :])


def _ended(pid: int) -> int:
    """How the copy ended; one that has not, though it answers no more, is ended."""
    deadline = time.monotonic() + REAP_S
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    return -signal.SIGKILL
