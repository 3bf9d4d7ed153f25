"""The processes that check recordings: one for each file, one ready ahead while files come."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal

import anyio
import msgspec

from antiphon.children import Child, ChildGoneError
from antiphon.errors import CheckerNotReady
from antiphon.refusals import UnreadableAudio
from antiphon.voices import messages

MODULE = "antiphon.voices.checker"
START_S = 30.0
MOST_REPLY_BYTES = 1024 * 1024  # ten seconds are 480 kB

log = logging.getLogger(__name__)


class Checkers:
    """Lends each file a process of its own; the next is kept ready for `idle_s` after a file."""

    def __init__(self, patience_s: float, idle_s: float) -> None:
        self._patience_s, self._idle_s = patience_s, idle_s
        self._next: asyncio.Task[Child] | None = None
        self._lent: set[Child] = set()
        self._retiring: asyncio.TimerHandle | None = None
        self._dropping: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """The processes that check a file, and the one that waits for the next."""
        children = set(self._lent)
        if self._next is not None and self._next.done() and not self._next.exception():
            children.add(self._next.result())
        return [child.pid for child in children if child.alive]

    async def check(self, data: bytes, whole: bool) -> messages.Reply:
        """Check one file; raises `UnreadableAudio` when it breaks or holds up its process."""
        child = await self._take()
        self._lent.add(child)
        try:
            return await self._ask(child, data, whole)
        finally:
            with anyio.CancelScope(shield=True):
                child.kill()
                await child.close()
            self._lent.discard(child)
            self._make_ready()

    async def aclose(self) -> None:
        """End every process."""
        self._closed = True
        for child in self._lent:
            child.kill()
        if self._retiring is not None:
            self._retiring.cancel()
        await self._drop()
        await asyncio.gather(*self._dropping)

    async def _ask(self, child: Child, data: bytes, whole: bool) -> messages.Reply:
        try:
            with anyio.fail_after(self._patience_s):
                child.send(msgspec.msgpack.encode(messages.Asked(whole)))
                await child.send_large(data)
                body = await child.receive(self._patience_s, MOST_REPLY_BYTES)
            return messages.decode(body)
        except TimeoutError:
            raise UnreadableAudio(f"decoding takes more than {self._patience_s:g} s") from None
        except ChildGoneError as gone:
            if self._closed:
                raise CheckerNotReady("the service is stopping") from None
            log.warning("a recording of %d bytes ended its checker: %s", len(data), gone)
            raise UnreadableAudio(_fate(gone.status)) from None
        except msgspec.MsgspecError as error:
            log.warning("a recording of %d bytes took over its checker: %s", len(data), error)
            raise UnreadableAudio("it breaks the decoder") from None

    async def _take(self) -> Child:
        ahead, self._next = self._next, None
        if ahead is not None:
            with contextlib.suppress(CheckerNotReady):  # then this one tries again
                if (child := await ahead).alive:
                    return child
        return await self._new()

    async def _new(self) -> Child:
        """A process that is ready; raises `CheckerNotReady`."""
        if self._closed:
            raise CheckerNotReady("the service is stopping")
        child = await self._started()
        try:
            await child.receive(START_S, MOST_REPLY_BYTES)
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                child.kill()
                await child.close()
            if isinstance(error, TimeoutError | ChildGoneError):
                raise CheckerNotReady(f"its process did not start: {error}") from error
            raise
        return child

    async def _started(self) -> Child:
        """A new process; one whose start is given up half-way is ended, and not left behind."""
        starting = asyncio.ensure_future(Child.start(MODULE))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                child = await starting
                child.kill()
                await child.close()
            raise
        except OSError as error:
            raise CheckerNotReady(f"{error.strerror}") from error

    def _make_ready(self) -> None:
        """Start the process of the next file, and end it when none has come for a while."""
        if self._closed:
            return
        if self._next is None:
            self._next = asyncio.create_task(self._new())
            self._next.add_done_callback(self._wait)
        else:
            self._wait(self._next)

    def _wait(self, ahead: asyncio.Task[Child]) -> None:
        """From now on it is idle."""
        if self._retiring is not None:
            self._retiring.cancel()
        if ahead is self._next:
            self._retiring = asyncio.get_running_loop().call_later(self._idle_s, self._retire)

    def _retire(self) -> None:
        task = asyncio.create_task(self._drop())
        self._dropping.add(task)
        task.add_done_callback(self._dropping.discard)

    async def _drop(self) -> None:
        ahead, self._next = self._next, None
        if ahead is None:
            return
        if not ahead.done():
            ahead.cancel()
        (child,) = await asyncio.gather(ahead, return_exceptions=True)
        if isinstance(child, Child):
            await child.close()


def _fate(status: int | None) -> str:
    """What a process that ended says of the file that it read."""
    if status == -getattr(signal, "SIGXCPU", 0):
        return "decoding takes too much time"
    return "it breaks the decoder"
