"""The child processes of the formant engine, lent out one clause at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import espeakng_loader

from antiphon.children import LEAVE_S, Child, ChildGoneError
from antiphon.engines.formant import messages, voices
from antiphon.errors import EngineFailed, EngineNotReady
from antiphon.producing import ungrouped

START_S = 30.0
# espeak-ng makes 200 ms of sound in well under a millisecond; ten seconds of silence is a hang.
PATIENCE_S = 10.0
# espeak-ng loses about 5 kB at each load (measured over 5 000); a worker ends before that counts.
JOBS_PER_WORKER = 4_000

PREFIX = "antiphon-formant-"
# The signals by which a process ends through its own doing.
FAULTS = [getattr(signal, name, None) for name in ("SIGSEGV", "SIGABRT", "SIGFPE", "SIGBUS")]

log = logging.getLogger(__name__)

MODULE = "antiphon.engines.formant.worker"


class Crashed(Exception):
    """The library broke by its own doing: the text did that."""


class Worker:
    """One child process; it does one job at a time."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self.jobs = 0

    @classmethod
    async def start(cls, data: Path) -> Worker:
        """Start a child and wait until it can speak; raises `EngineNotReady`."""
        library = espeakng_loader.get_library_path()
        worker = cls(await Child.start(MODULE, library, str(data)))
        try:
            await worker._receive(START_S)
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                await worker.close()
            if isinstance(error, EngineFailed | Crashed):
                raise EngineNotReady(f"a formant worker did not start: {error}") from error
            raise
        return worker

    @property
    def alive(self) -> bool:
        """Whether the child can take another job."""
        return self._child.alive

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    async def perform(self, job: messages.Job) -> AsyncGenerator[messages.Packet, None]:
        """The audio of one job; closing the generator leaves it.

        Raises `EngineFailed`, or `Crashed` when this job broke the library.
        """
        self.jobs += 1
        self._child.send(messages.encode(job))
        done = False
        try:
            while not done:
                message = await self._receive(PATIENCE_S)
                done = messages.ends(message)
                if isinstance(message, messages.Done):
                    if message.failure:
                        raise EngineFailed(message.failure)
                elif message.pcm or message.words:
                    yield message
        finally:
            if not done:
                await self._leave()

    async def close(self) -> None:
        """End the child."""
        await self._child.close()

    async def _leave(self) -> None:
        """Tell the child to stop, and take what it still sends; one that does not is ended."""
        with anyio.CancelScope(shield=True), contextlib.suppress(EngineFailed, Crashed):
            if not self.alive:
                return
            self._child.send(messages.ABORT)
            with anyio.move_on_after(LEAVE_S):
                while not messages.ends(await self._receive(LEAVE_S)):
                    pass
                return
            self._child.kill()

    async def _receive(self, patience_s: float) -> messages.Message:
        try:
            body = await self._child.receive(patience_s)
        except TimeoutError:
            raise EngineFailed(f"the synthesiser gave no sound for {patience_s:g} s") from None
        except ChildGoneError as gone:
            kind = Crashed if -(gone.status or 0) in FAULTS else EngineFailed
            raise kind(
                f"the synthesiser ended while it spoke ({gone}); it is started again"
            ) from None
        message: messages.Message = messages.decode_message(body)
        return message


def _sweep() -> None:
    """Remove the folders of processes that were killed and could not do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not _lives(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class Pool:
    """A fixed number of workers; those that wait for one are served in order."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._idle: list[Worker] = []
        self._working: list[Worker] = []
        self._turns = anyio.Semaphore(size)
        self._renewals: set[asyncio.Task[None]] = set()
        _sweep()
        self._temporary = tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-")
        self.folder = Path(self._temporary.name)
        self._closed = False

    async def start(self) -> None:
        """Start every worker; raises `EngineNotReady`."""
        await self.data()
        try:
            with ungrouped():
                async with anyio.create_task_group() as group:
                    for _ in range(self.size):
                        group.start_soon(self._add)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.aclose()
            raise

    @property
    def lent(self) -> int:
        """How many workers are at work."""
        return len(self._working)

    @property
    def pids(self) -> tuple[list[int], list[int]]:
        """The living children that are idle, and those at work."""
        idle, working = (
            [one.pid for one in some if one.alive] for some in (self._idle, self._working)
        )
        return idle, working

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Worker]:
        """A worker for one job; raises `EngineNotReady`."""
        await self._turns.acquire()
        try:
            worker = await self._living()
        except BaseException:
            self._turns.release()
            raise
        self._working.append(worker)
        try:
            yield worker
        finally:
            self._take_back(worker)

    async def aclose(self) -> None:
        """End every child and remove what was written."""
        self._closed = True
        await asyncio.gather(*self._renewals, return_exceptions=True)
        ending, self._idle = [*self._idle, *self._working], []
        await asyncio.gather(*(worker.close() for worker in ending))
        await anyio.to_thread.run_sync(self._temporary.cleanup)

    def _take_back(self, worker: Worker) -> None:
        """Make the worker free again; a dead or worn one is replaced first, beside the calls."""
        self._working.remove(worker)
        if self._closed or (worker.alive and worker.jobs < JOBS_PER_WORKER):
            self._idle.append(worker)
            self._turns.release()
        else:
            renewal = asyncio.create_task(self._renew(worker))
            self._renewals.add(renewal)
            renewal.add_done_callback(self._renewals.discard)

    async def _renew(self, worn: Worker) -> None:
        try:
            await worn.close()
            if not self._closed:
                await self._add()
        except (EngineNotReady, OSError):
            log.exception("a formant worker could not be replaced; the next call tries again")
        finally:
            self._turns.release()

    async def _living(self) -> Worker:
        if self._closed:
            raise EngineNotReady("the formant engine is closed")
        while self._idle:
            if (worker := self._idle.pop()).alive:
                return worker
        return await self._new()

    async def _add(self) -> None:
        self._idle.append(await self._new())

    async def data(self) -> Path:
        """The data folder of espeak-ng with our voices in it."""
        return await anyio.to_thread.run_sync(self._voices)

    async def _new(self) -> Worker:
        return await Worker.start(await self.data())

    def _voices(self) -> Path:
        """The data folder; written again when somebody has swept the temporary files away."""
        data = self.folder / "data"
        if not (data / "voices").is_dir():
            shutil.rmtree(data, ignore_errors=True)
            voices.write_voices(Path(espeakng_loader.get_data_path()), data)
        return data
