"""The profiles of enrolled voices: from memory, from beside the recording, or fitted now."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.to_thread
import espeakng_loader
import msgspec

from antiphon.children import Child, ChildGoneError
from antiphon.engines.formant import messages, profile
from antiphon.engines.formant.profile import Profile
from antiphon.errors import EngineFailed, InvalidRequest, Overloaded, UnknownRecording
from antiphon.speech import Recording, Recordings

MODULE = "antiphon.engines.formant.fitter"
MOST_KEPT = 1_000  # of about 3 kB each
FITTING_AT_ONCE = 1  # a fit takes about a second of one core
MOST_WAITING = 32
PATIENCE_S = 20.0

log = logging.getLogger(__name__)
Fit = Callable[[Recording], Awaitable[Profile]]


class Profiles:
    """Finds a profile by the digest of its recording; equal asks at one time share one fit."""

    def __init__(self, recordings: Recordings | None, model: str, fit: Fit) -> None:
        self._recordings, self._model, self._fit = recordings, model, fit
        self._kept: OrderedDict[str, Profile] = OrderedDict()
        self._fitting: dict[str, asyncio.Task[Profile]] = {}
        self._turns = anyio.Semaphore(FITTING_AT_ONCE)

    async def of(self, digest: str) -> Profile:
        """The profile; raises `UnknownRecording`, `InvalidRequest` or `Overloaded`."""
        if digest in self._kept:
            self._kept.move_to_end(digest)
            return self._kept[digest]
        return await self._shared(digest, None)

    async def prepare(self, recording: Recording) -> None:
        """Make and keep the profile of a recording that need not be stored anywhere."""
        digest = recording.digest
        if digest not in self._kept:
            await self._shared(digest, recording)

    def forget(self, digest: str) -> None:
        """Drop the profile, and the fit that is under way."""
        self._kept.pop(digest, None)
        if (task := self._fitting.pop(digest, None)) is not None:
            task.cancel()

    async def aclose(self) -> None:
        """End the fits under way."""
        tasks = list(self._fitting.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _shared(self, digest: str, recording: Recording | None) -> Profile:
        """The result of one task, whoever of those that wait for it leaves."""
        task = self._fitting.get(digest)
        if task is None:
            task = asyncio.create_task(self._found(digest, recording))
            self._fitting[digest] = task
            task.add_done_callback(lambda done: self._ended(digest, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():  # forgotten meanwhile, not we who were cancelled
                raise UnknownRecording(digest) from None
            raise

    def _ended(self, digest: str, task: asyncio.Task[Profile]) -> None:
        if self._fitting.get(digest) is task:
            del self._fitting[digest]
        if not task.cancelled() and task.exception() is None:
            self._keep(digest, task.result())

    def _keep(self, digest: str, found: Profile) -> None:
        self._kept[digest] = found
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    async def _found(self, digest: str, recording: Recording | None) -> Profile:
        """From beside the recording, else fitted and laid there."""
        if self._recordings is not None:
            data = await self._recordings.prepared(digest, self._model)
            if data is not None and (found := profile.decode(data)) is not None:
                return found
        if recording is None:
            if self._recordings is None:
                raise UnknownRecording(digest)
            recording = await self._recordings.recording(digest)
        found = await self._fitted(recording)
        if self._recordings is not None:
            await self._recordings.keep_prepared(digest, self._model, profile.encode(found))
        return found

    async def _fitted(self, recording: Recording) -> Profile:
        """Fit when it is our turn; raises `Overloaded` when too many wait."""
        waiting = self._turns.statistics().tasks_waiting
        if waiting >= MOST_WAITING:
            raise Overloaded(waiting, MOST_WAITING)
        async with self._turns:
            return await self._fit(recording)


async def fitted_in_child(recording: Recording, data: Path) -> Profile:
    """Fit in a process of its own; raises `InvalidRequest` or `EngineFailed`."""
    body = await anyio.to_thread.run_sync(msgspec.msgpack.encode, recording)
    child = await Child.start(MODULE, espeakng_loader.get_library_path(), str(data))
    try:
        child.send(body)
        answer = messages.decode_fitted(await child.receive(PATIENCE_S))
    except (TimeoutError, ChildGoneError) as error:
        log.warning("a voice could not be fitted: %r", error)
        raise EngineFailed("the voice could not be matched to this recording") from error
    finally:
        with anyio.CancelScope(shield=True):
            await child.close()
    if answer.refusal:
        raise InvalidRequest(answer.refusal, "audio_sample")
    found = profile.decode(answer.profile)
    assert found is not None  # noqa: S101  (this very version made it)
    return found
