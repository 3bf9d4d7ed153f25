"""Is this recording good: a stranger's file becomes a recording with a verdict, or is refused."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from antiphon import refusals
from antiphon.audio.containers import container_of
from antiphon.errors import DeadlineExceeded, Overloaded
from antiphon.refusals import BadReference, UnreadableAudio, UploadTooLarge
from antiphon.speech import Recording
from antiphon.voices import messages
from antiphon.voices.checkers import Checkers
from antiphon.voices.transcripts import check_plausible, cleaned

MOST_BYTES = 25 * 1024 * 1024  # a minute of stereo at 48 kHz and 32 bits is 23 MB
MOST_WAITING = 16
HELD = 4  # files of the largest size that may be in memory at once
MOST_AT_ONCE = 2
WAIT_S, CHECK_S, IDLE_S = 30.0, 25.0, 30.0  # a check ends itself after 20 s
REST, MOST_REST_S = 3.0, 2.0
RETRY_S = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was measured of the recording, and what could be better though it is accepted.

    `duration_s` is of the file; the rest is of the window from `start_s` to `end_s`.
    """

    duration_s: float
    speech_s: float
    level_dbfs: float
    snr_db: float
    clipped_share: float
    bandwidth_hz: float
    start_s: float
    end_s: float
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The best window of a file as a recording, with what was found."""

    recording: Recording
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many files are checked at once, how many wait, how large they are, and for how long.

    `rest` is for how many times as long as a check took its place stays empty: the cores share
    caches and clock, so that even a process that yields slows speech while it runs.
    """

    most_bytes: int = MOST_BYTES
    held_bytes: int = HELD * MOST_BYTES
    at_once: int = 1
    waiting: int = MOST_WAITING
    wait_s: float = WAIT_S
    check_s: float = CHECK_S
    idle_s: float = IDLE_S
    rest: float = REST

    @classmethod
    def of_this_machine(cls, most_bytes: int = MOST_BYTES, wait_s: float = WAIT_S) -> Bounds:
        """At most every second core checks files, so that speech has the others."""
        at_once = max(1, min(MOST_AT_ONCE, (os.cpu_count() or 1) // 2))
        return cls(most_bytes, HELD * most_bytes, at_once, wait_s=wait_s)


class References:
    """Checks uploads in resource-limited child processes; a bounded number at once."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds.of_this_machine()
        self._turns = anyio.Semaphore(self._bounds.at_once)
        self._checkers = Checkers(self._bounds.check_s, self._bounds.idle_s)
        self._inside = self._bytes = 0

    @property
    def inside(self) -> int:
        """How many files are checked, or wait for it."""
        return self._inside

    @property
    def pids(self) -> list[int]:
        """The processes that check a file, or wait for the next."""
        return self._checkers.pids

    async def accept(self, data: bytes, transcript: str = "") -> Accepted:
        """The recording in this file, whatever its name or type.

        Raises a `BadReference` that says what to do, `Overloaded` at once, `DeadlineExceeded`, or
        `CheckerNotReady`. With a transcript, all that is spoken is kept or nothing.
        """
        words = cleaned(transcript)
        if len(data) > self._bounds.most_bytes:
            raise UploadTooLarge(len(data), self._bounds.most_bytes)
        container_of(data)  # most mistakes and most mischief need no process
        async with self.place(len(data)):
            reply = await self._checkers.check(data, whole=bool(words))
        passed = _passed(reply)
        check_plausible(words, passed.speech_s)
        verdict = Verdict(*(getattr(passed, name) for name in Verdict.__dataclass_fields__))
        return Accepted(Recording(passed.pcm, passed.rate, words), verdict)

    async def aclose(self) -> None:
        """End every process; files that are being checked are given up."""
        await self._checkers.aclose()

    @asynccontextmanager
    async def place(self, size: int) -> AsyncIterator[None]:
        """A place to look at a file of so many bytes.

        Raises `Overloaded` at once where too many wait, or `DeadlineExceeded`.
        """
        limit = self._bounds.at_once + self._bounds.waiting
        if self._inside >= limit or self._bytes + size > self._bounds.held_bytes:
            raise Overloaded(self._inside, limit, RETRY_S)
        self._inside += 1
        self._bytes += size
        try:
            with anyio.move_on_after(self._bounds.wait_s) as waiting:
                await self._turns.acquire()
            if waiting.cancelled_caught:
                raise DeadlineExceeded("a place to check the recording")
            began = anyio.current_time()
            try:
                yield
            finally:
                self._leave(anyio.current_time() - began)
        finally:
            self._inside -= 1
            self._bytes -= size

    def _leave(self, took_s: float) -> None:
        """Give the place to the next, after a rest that nobody but the next waits for."""
        rest_s = min(MOST_REST_S, self._bounds.rest * took_s)
        asyncio.get_running_loop().call_later(rest_s, self._turns.release)


def _passed(reply: messages.Reply) -> messages.Passed:
    """What passed; raises what the process refused it for, as far as it makes sense."""
    if isinstance(reply, messages.Passed):
        return reply
    if isinstance(reply, messages.Refused):
        raise _refusal(reply)
    log.error("a recording could not be checked: %r", reply)
    raise UnreadableAudio("the check failed")


def _refusal(refused: messages.Refused) -> BadReference:
    kind = getattr(refusals, refused.name, None)
    if isinstance(kind, type) and issubclass(kind, BadReference):
        try:
            return kind(*refused.facts)
        except (ValueError, IndexError):
            pass
    return UnreadableAudio("it breaks the decoder")
