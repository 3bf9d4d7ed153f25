"""The child's end of a pipe: length-prefixed messages on stdin and stdout, nothing imported."""

from __future__ import annotations

import os
import select
import signal
import struct

LENGTH = struct.Struct("<I")


def framed(body: bytes) -> bytes:
    """A message as it goes through a pipe; an empty one is allowed and short."""
    return LENGTH.pack(len(body)) + body


class Pipe:
    """Stdin and stdout as messages; whatever else this process prints goes to stderr."""

    def __init__(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which says so
        self._in = os.dup(0)
        self._out = os.dup(1)
        os.dup2(2, 1)

    def read(self) -> bytes | None:
        """The next message; None when the parent has gone."""
        head = self._exactly(LENGTH.size)
        return None if head is None else self._exactly(LENGTH.unpack(head)[0])

    def write(self, body: bytes) -> None:
        """Send one message whole."""
        data = memoryview(framed(body))
        while data:
            data = data[os.write(self._out, data) :]

    def has_more(self) -> bool:
        """Whether something waits to be read, be it a message or the parent's end."""
        return bool(select.select([self._in], [], [], 0)[0])

    def _exactly(self, count: int) -> bytes | None:
        data = bytearray()  # `bytes` would be copied whole for every piece
        while len(data) < count:
            piece = os.read(self._in, count - len(data))
            if not piece:
                return None
            data += piece
        return bytes(data)
