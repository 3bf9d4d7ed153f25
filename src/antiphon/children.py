"""The parent's end of a pipe: a child process that answers length-prefixed messages.

What may crash, or holds the interpreter lock, runs in a child: a crash then costs one answer, and
the event loop is never held up. A child is a module run with `python -m`; `multiprocessing` is not
used, since its spawned children import the main module of whoever uses this library.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

import anyio

from antiphon.piped import LENGTH, framed

LEAVE_S = 1.0
PIECE = 64 * 1024  # what a pipe holds; more at once would be copied and wait in memory


class ChildGoneError(Exception):
    """The child ended; `status` is its exit status, negative for a signal."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Child:
    """One child process; messages go down and come up in order."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None  # noqa: S101  (we asked for pipes)
        assert process.stdout is not None  # noqa: S101
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._length: int | None = None
        self._ending = False

    @classmethod
    async def start(cls, module: str, *arguments: str) -> Child:
        """Run a module of ours beside this process; it says when it is ready by a message.

        `-P` keeps the current directory off its path: a `soxr.py` lying there is not ours.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", module, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        """Whether the child has not ended, and was not told to."""
        return self._process.returncode is None and not self._ending

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def send(self, body: bytes) -> None:
        """Send a message; what a dead child would not read is dropped, and `receive` tells."""
        self._stdin.write(framed(body))

    async def send_large(self, body: bytes) -> None:
        """Send a message piece by piece, as fast as the child reads."""
        with contextlib.suppress(ConnectionError):  # it has died: `receive` tells
            self._stdin.write(LENGTH.pack(len(body)))
            whole = memoryview(body)
            for at in range(0, len(body), PIECE):
                self._stdin.write(whole[at : at + PIECE])
                await self._stdin.drain()

    async def receive(self, patience_s: float, most_bytes: int | None = None) -> bytes:
        """The next message; raises `TimeoutError` (the child is then ended) or `ChildGoneError`.

        A wait that is cancelled between the head and the body of a message goes on from there. A
        child that cannot be trusted is ended when it announces more than `most_bytes`.
        """
        try:
            with anyio.fail_after(patience_s):
                return await self._message(most_bytes)
        except TimeoutError:
            self.kill()
            raise
        except (asyncio.IncompleteReadError, ConnectionError):
            with anyio.move_on_after(LEAVE_S):
                await self._process.wait()  # before `kill`, which would take its status away
            await self._end()
            raise ChildGoneError(self._process.returncode) from None

    async def close(self) -> None:
        """End the child: politely, and after `LEAVE_S` at once."""
        if self.alive:
            self._ending = True
            self._stdin.close()
            with anyio.move_on_after(LEAVE_S):
                await self._process.wait()
        await self._end()

    async def _end(self) -> None:
        self.kill()
        await self._process.wait()
        # Its pipe is closed once its end was read; a reader who waits for more reads it too.
        with contextlib.suppress(RuntimeError), anyio.move_on_after(LEAVE_S):
            await self._stdout.read()

    def kill(self) -> None:
        """End the child at once."""
        self._ending = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _message(self, most_bytes: int | None) -> bytes:
        if self._length is None:
            self._length = LENGTH.unpack(await self._stdout.readexactly(LENGTH.size))[0]
        if most_bytes is not None and self._length > most_bytes:
            self.kill()
            raise ConnectionError
        body = await self._stdout.readexactly(self._length)
        self._length = None
        return body
