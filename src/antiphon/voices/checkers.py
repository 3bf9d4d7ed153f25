"""The processes that check recordings: none at rest, as many as work at once while files come."""

from __future__ import annotations

import asyncio
import logging
import signal

import anyio
import msgspec

from antiphon import apart
from antiphon.children import Child, ChildGoneError
from antiphon.errors import CheckerNotReady
from antiphon.refusals import UnreadableAudio
from antiphon.voices import messages
from antiphon.voices.checker import MOST_REPLY_BYTES

MODULE = "antiphon.voices.checker"
START_S, CLOSE_S = 30.0, 10.0

log = logging.getLogger(__name__)


class Checkers:
    """Lends processes, one file at a time; one that is idle for `idle_s` is ended."""

    def __init__(self, patience_s: float, idle_s: float) -> None:
        self._patience_s, self._idle_s = patience_s, idle_s
        self._idle: list[Child] = []
        self._lent: set[Child] = set()
        self._retiring: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """The processes that live."""
        return [child.pid for child in (*self._idle, *self._lent) if child.alive]

    async def check(self, data: bytes, whole: bool) -> messages.Reply:
        """Check one file; raises `UnreadableAudio` when it breaks its process.

        Whoever leaves waits for the process to be free again, which is soon: ending it and
        starting another costs running speech more.
        """
        with anyio.CancelScope(shield=True):
            child = await self._take()
            self._lent.add(child)
            try:
                reply = await self._ask(child, data, whole)
            except BaseException:
                child.kill()
                await child.close()
                raise
            finally:
                self._lent.discard(child)
            if apart.POSSIBLE:
                self._give_back(child)
            else:  # it has checked its one file
                await child.close()
        return reply

    async def aclose(self) -> None:
        """End every process."""
        self._closed = True
        for child in self._lent:
            child.kill()
        self._retire()
        with anyio.move_on_after(CLOSE_S, shield=True):  # also where the service is cancelled
            await asyncio.gather(*self._ending)

    async def _ask(self, child: Child, data: bytes, whole: bool) -> messages.Reply:
        try:
            with anyio.fail_after(self._patience_s):
                child.send(msgspec.msgpack.encode(messages.Asked(whole)))
                await child.send_large(data)
                body = await child.receive(self._patience_s)
            reply = messages.decode(body)
        except TimeoutError:
            raise CheckerNotReady(f"it took more than {self._patience_s:g} s") from None
        except ChildGoneError as gone:
            raise CheckerNotReady(f"its process ended: {gone}") from None
        if isinstance(reply, messages.Ended):
            log.warning("a recording of %d bytes ended its checker: %s", len(data), reply.status)
            raise _fate(reply.status)
        return reply

    async def _take(self) -> Child:
        while self._idle:
            if (child := self._idle.pop()).alive:
                return child
        return await self._new()

    async def _new(self) -> Child:
        """A process that is ready; raises `CheckerNotReady`."""
        if self._closed:
            raise CheckerNotReady("the service is stopping")
        try:
            child = await Child.start(MODULE, most_bytes=MOST_REPLY_BYTES)
        except OSError as error:
            raise CheckerNotReady(f"{error.strerror}") from error
        self._lent.add(child)
        try:
            await child.receive(START_S)
        except (TimeoutError, ChildGoneError) as error:
            child.kill()
            await child.close()
            raise CheckerNotReady(f"its process did not start: {error}") from error
        finally:
            self._lent.discard(child)
        return child

    def _give_back(self, child: Child) -> None:
        self._idle.append(child)
        if self._retiring is not None:
            self._retiring.cancel()
        if self._closed:
            self._retire()
        else:
            loop = asyncio.get_running_loop()
            self._retiring = loop.call_later(self._idle_s, self._retire)

    def _retire(self) -> None:
        """End the processes that nobody uses."""
        if self._retiring is not None:
            self._retiring.cancel()
        idle, self._idle = self._idle, []
        for child in idle:
            task = asyncio.create_task(child.close())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)


def _fate(status: int) -> UnreadableAudio | CheckerNotReady:
    """What a process that ended says of the file that it read, or of the machine."""
    if status == -getattr(signal, "SIGXCPU", 0):
        return UnreadableAudio("decoding takes too much time")
    if status == -getattr(signal, "SIGALRM", 0):
        return CheckerNotReady("the machine has too much else to do")
    return UnreadableAudio("it breaks the decoder")
