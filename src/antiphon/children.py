"""The parent's end of a pipe: a child process that answers length-prefixed messages.

What may crash, or holds the interpreter lock, runs in a child: a crash then costs one answer, and
the event loop is never held up. A child is a module run with `python -m`; `multiprocessing` is not
used, since its spawned children import the main module of whoever uses this library.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections import deque
from typing import cast

import anyio

from antiphon.piped import LENGTH, framed
from antiphon.producing import Waiter

LEAVE_S, KILLED_S = 1.0, 5.0
# So much may wait to be taken; then the pipe fills up and the child waits too.
WAITING_BYTES = 4 * 1024 * 1024
MOST_BYTES = 64 * 1024 * 1024  # far more than any message of ours
PIECE = 64 * 1024  # what a pipe holds; more at once would be copied and wait in memory

log = logging.getLogger(__name__)


class ChildGoneError(Exception):
    """The child ended; `status` is its exit status, negative for a signal."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"status {status}")
        self.status = status


class _Pipes(asyncio.SubprocessProtocol):
    """Cuts what a child sends into messages, and notes when it has ended."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self.ended = anyio.Event()
        self.closed = self._full = False
        self._changed, self._taken = Waiter(), Waiter()
        self._unread = bytearray()
        self._messages: deque[bytes] = deque()
        self.held_bytes = 0
        self._process: asyncio.SubprocessTransport | None = None
        self._out: asyncio.ReadTransport | None = None
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._process = cast("asyncio.SubprocessTransport", transport)
        self._out = cast("asyncio.ReadTransport", self._process.get_pipe_transport(1))

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        assert isinstance(data, bytes)  # noqa: S101  (a str only where text was asked for)
        if self.closed:
            return
        self._unread += data
        at, head = 0, LENGTH.size
        while len(self._unread) >= at + head:
            end = at + head + LENGTH.unpack_from(self._unread, at)[0]
            if end - at - head > self._most_bytes:
                self._distrust()
                return
            if len(self._unread) < end:
                break
            self._messages.append(bytes(self._unread[at + head : end]))
            self.held_bytes += end - at
            at = end
        if at:
            del self._unread[:at]
            self._pause()
            self._changed.wake()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 1:
            self.closed = True
            self._changed.wake()
            self._taken.wake()
            self._give_back()

    def process_exited(self) -> None:
        self.ended.set()
        self._give_back()

    async def message(self, patience_s: float) -> bytes | None:
        """The next message, None when there will be none; raises `TimeoutError`."""
        if not self._messages and not self.closed:
            await self._change(patience_s)
        if not self._messages:
            return None
        body = self._messages.popleft()
        self.held_bytes -= len(body) + LENGTH.size
        if self.held_bytes < WAITING_BYTES // 2:
            self._resume()
        return body

    async def _change(self, patience_s: float) -> None:
        """Wait for a message or the end; a timer is far cheaper here than a cancel scope."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(patience_s, self._changed.wake, TimeoutError())
        try:
            await self._changed.wait()
        finally:
            timer.cancel()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._taken.wake()

    async def taken(self) -> None:
        """Wait until the child has read what was written, or is gone."""
        while self._full and not self.closed:
            await self._taken.wait()

    def _distrust(self) -> None:
        """A message larger than any that is true: this is not our code any more."""
        self.closed = True
        self._unread.clear()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._changed.wake()

    async def end(self, within_s: float) -> None:
        """Wait for the end of a child that was killed, and give its pipes back."""
        self._resume()  # or the end of what it sent would never be read
        with anyio.move_on_after(within_s, shield=True) as waiting:
            await self.ended.wait()
        if waiting.cancelled_caught:
            log.warning("a child did not end within %g s of being killed", within_s)
        if self._process is not None:
            self._process.close()

    def _give_back(self) -> None:
        if self.closed and self.ended.is_set() and self._process is not None:
            self._process.close()

    def _resume(self) -> None:
        if self._paused and self._out is not None:
            self._paused = False
            self._out.resume_reading()

    def _pause(self) -> None:
        if self.held_bytes > WAITING_BYTES and not self._paused and self._out is not None:
            self._paused = True
            self._out.pause_reading()


class Child:
    """One child process; messages go down and come up in order."""

    def __init__(self, process: asyncio.SubprocessTransport, pipes: _Pipes) -> None:
        self._process = process
        self._stdin = cast("asyncio.WriteTransport", process.get_pipe_transport(0))
        self._pipes = pipes
        self._ending = False

    @classmethod
    async def start(cls, module: str, *arguments: str, most_bytes: int = MOST_BYTES) -> Child:
        """Run a module of ours beside this process; it says when it is ready by a message.

        `-P` keeps the current directory off its path: a `soxr.py` lying there is not ours. A child
        that announces a message of more than `most_bytes` is ended.
        """
        command = (sys.executable, "-P", "-m", module, *arguments)
        # Left in the middle, asyncio would wait for its end and be cancelled again in that; so who
        # leaves has the child first, and ends it.
        with anyio.CancelScope(shield=True):
            process, pipes = await asyncio.get_running_loop().subprocess_exec(
                lambda: _Pipes(most_bytes), *command, stderr=None
            )
        return cls(process, pipes)

    @property
    def alive(self) -> bool:
        """Whether the child has not ended, and was not told to."""
        return not (self._ending or self._pipes.closed or self._pipes.ended.is_set())

    @property
    def waiting_bytes(self) -> int:
        """How much it sent that nobody has taken yet."""
        return self._pipes.held_bytes

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.get_pid() or 0

    def send(self, body: bytes) -> None:
        """Send a message; what a dead child would not read is dropped, and `receive` tells."""
        if not self._stdin.is_closing():
            self._stdin.write(framed(body))

    async def send_large(self, body: bytes) -> None:
        """Send a message piece by piece, as fast as the child reads."""
        whole = memoryview(framed(body))
        for at in range(0, len(whole), PIECE):
            if self._stdin.is_closing():
                return  # it has died: `receive` tells
            self._stdin.write(whole[at : at + PIECE])
            await self._pipes.taken()

    async def receive(self, patience_s: float) -> bytes:
        """The next message; raises `TimeoutError` (the child is then ended) or `ChildGoneError`.

        A wait that is cancelled loses nothing.
        """
        try:
            body = await self._pipes.message(patience_s)
        except TimeoutError:
            self.kill()
            raise
        if body is None:
            with anyio.move_on_after(LEAVE_S):
                await self._pipes.ended.wait()  # before `kill`, which would take its status away
            await self._end()
            raise ChildGoneError(self._process.get_returncode())
        return body

    async def close(self) -> None:
        """End the child: politely, and after `LEAVE_S` at once."""
        if self.alive:
            self._ending = True
            self._stdin.close()
            with anyio.move_on_after(LEAVE_S):
                await self._pipes.ended.wait()
        await self._end()

    async def _end(self) -> None:
        self.kill()
        await self._pipes.end(KILLED_S)

    def kill(self) -> None:
        """End the child at once."""
        self._ending = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
