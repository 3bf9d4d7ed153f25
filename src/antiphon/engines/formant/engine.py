"""The formant engine as a Speaker: a clause in, packets of sound out."""

from __future__ import annotations

import hashlib
import logging
import os
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from importlib.metadata import version

from antiphon.engines.formant import messages, profile
from antiphon.engines.formant.jobs import ignored, job_of
from antiphon.engines.formant.library import PACE_WPM
from antiphon.engines.formant.manner import FASTEST_WPM, SLOWEST_WPM
from antiphon.engines.formant.moods import MOODS
from antiphon.engines.formant.pool import Crashed, Pool
from antiphon.engines.formant.profiles import fitted_in_child, profiles
from antiphon.engines.formant.voices import (
    CHOIR,
    LANGUAGES,
    own_voices,
)
from antiphon.engines.registry import EngineOptions
from antiphon.errors import (
    EngineFailed,
    EngineNotReady,
    Unsayable,
)
from antiphon.speech import (
    Ability,
    Audio,
    Call,
    Card,
    Engine,
    Finished,
    Frame,
    Likeness,
    Mark,
    Progress,
    Recording,
    Recordings,
    Started,
    Utterance,
)

WAITING_PER_WORKER = 64  # a clause takes about 10 ms, so the last of so many waits about 0.6 s
MOST_WORKERS = 8
TRIES = 2
ABILITIES = frozenset(
    {Ability.PITCH, Ability.MARKS, Ability.ENERGY, Ability.EMOTION, Ability.MATCHING}
)
REVISION = 2  # raise it when the same clause would sound different


log = logging.getLogger(__name__)


class Formant:
    """Speaks through a pool of child processes, each with its own espeak-ng."""

    def __init__(self, pool: Pool, recordings: Recordings | None = None) -> None:
        self.pool = pool
        self._broken_by = Broken()
        self._profiles = profiles(recordings, _model(), self._fit)
        self._card = Card(
            engine="formant",
            model=_model(),
            rate=messages.RATE,
            languages=LANGUAGES,
            voices=own_voices(),
            abilities=ABILITIES,
            slots=pool.size,
            queue=WAITING_PER_WORKER * pool.size,
            paces=(SLOWEST_WPM / PACE_WPM, FASTEST_WPM / PACE_WPM),
        )

    def card(self) -> Card:
        """What this engine is and can do."""
        return self._card

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """Say one clause; raises `EngineFailed`, `UnknownRecording`, and what `job_of` raises."""
        matched, mood = await self._likeness(utterance), await self._mood(utterance)
        job, unread = job_of(utterance, matched, mood)
        self._broken_by.check(job)
        started = Started(
            "formant",
            self._card.model,
            messages.RATE,
            Likeness.OWN if matched is None else Likeness.MATCHED,
            ignored(utterance) + unread,
        )

        # No buffer here: the step above takes packets as they come, so that a worker is lent for
        # the making of a clause and not for the hearing of it.
        async with aclosing(self._frames(job, started, utterance)) as frames:
            yield frames

    async def _frames(
        self, job: messages.Job, started: Started, utterance: Utterance
    ) -> AsyncGenerator[Frame, None]:
        samples, begun = 0, False
        async with aclosing(self._packets(job)) as packets:
            async for packet in packets:
                if not begun:
                    yield started  # now a worker has truly taken it
                begun = True
                samples += len(packet.pcm) // 2
                marks = tuple(Mark(*word) for word in packet.words)
                yield Audio(packet.pcm, marks, Progress(samples))
        if not begun:
            yield started
        yield Finished(characters=len(utterance.whole), samples=samples)

    async def _packets(self, job: messages.Job) -> AsyncGenerator[messages.Packet, None]:
        """The audio of a job; one whose worker dies before any is given to another worker."""
        if not job.parts:
            return
        for tries_left in reversed(range(TRIES)):
            heard = False
            try:
                async with self.pool.lend() as worker, aclosing(worker.perform(job)) as packets:
                    async for packet in packets:
                        heard = True
                        yield packet
            except Crashed as crash:
                self._broken_by.add(job)
                log.warning("a clause broke the library: %s", crash)
                raise EngineFailed(str(crash)) from crash
            except EngineFailed as failure:
                log.warning("a clause failed: %s", failure)
                if heard or not tries_left:
                    raise
            else:
                return

    def check(self) -> None:
        """Raise `EngineNotReady` when no worker lives."""
        if not any(self.pool.pids):
            raise EngineNotReady("no formant worker is alive; one is being started")

    async def prepare(self, recording: Recording) -> None:
        """Match a voice to a recording; raises `InvalidRequest` where it holds no voice."""
        await self._profiles.prepare(recording)

    def forget(self, digest: str) -> None:
        """Drop the voice that was matched to that recording."""
        self._profiles.forget(digest)

    async def aclose(self) -> None:
        """End the children."""
        await self._profiles.aclose()
        await self.pool.aclose()

    async def _likeness(self, utterance: Utterance) -> profile.Profile | None:
        """The voice that the utterance is matched to."""
        return await self._profiles.of(utterance.recording) if utterance.recording else None

    async def _mood(self, utterance: Utterance) -> profile.Neutral | None:
        """The measures of the recording whose mood is carried."""
        reference = utterance.style.reference
        return (await self._profiles.of(reference)).neutral if reference else None

    async def _fit(self, recording: Recording) -> profile.Profile:
        return await fitted_in_child(recording, await self.pool.data())


async def open_engine(options: EngineOptions) -> Engine:
    """Start the engine with as many workers as the operator asks for, else one more than cores.

    While one waits to be handed its next clause, its core makes another.
    """
    pool = Pool(options.workers or min(MOST_WORKERS, _cores() + 1))
    await pool.start()
    return Formant(pool, options.recordings)


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Broken:
    """The jobs that have broken workers, the latest of them: they are not tried again."""

    def __init__(self, most: int = 1_000) -> None:
        self._jobs: deque[bytes] = deque(maxlen=most)

    def add(self, job: messages.Job) -> None:
        """Remember a job."""
        self._jobs.append(_name(job))

    def check(self, job: messages.Job) -> None:
        """Raise `Unsayable` for a job that is remembered."""
        if self._jobs and _name(job) in self._jobs:
            raise Unsayable


def _name(job: messages.Job) -> bytes:
    return hashlib.sha256(messages.encode(job)).digest()


def _model() -> str:
    """Names everything that changes the sound: the library, our voices, our revision."""
    made_of = (
        version("espeakng-loader"),
        version("soxr"),
        CHOIR,
        MOODS,
        REVISION,
        profile.REVISION,
    )
    return "formant-" + hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]
