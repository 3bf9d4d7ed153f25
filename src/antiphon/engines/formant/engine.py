"""The formant engine as a Speaker: a clause in, packets of sound out."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import unicodedata
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from importlib.metadata import version

from antiphon.engines.formant import messages
from antiphon.engines.formant.library import PACE_WPM
from antiphon.engines.formant.pool import Crashed, Pool
from antiphon.engines.formant.voices import (
    CHOIR,
    LANGUAGES,
    WIDEST_PITCH,
    own_voices,
    spoken_by,
    variant,
)
from antiphon.engines.registry import EngineOptions
from antiphon.errors import (
    EngineFailed,
    EngineNotReady,
    NothingToSay,
    UnknownVoice,
    Unsayable,
    UnsupportedLanguage,
)
from antiphon.speech import (
    Ability,
    Audio,
    Call,
    Card,
    Engine,
    Finished,
    Frame,
    Mark,
    Progress,
    Recording,
    Started,
    Style,
    Utterance,
)
from antiphon.text.language import Run, runs

WAITING_PER_WORKER = 64  # a clause takes about 10 ms, so the last of so many waits about 0.6 s
MOST_WORKERS = 8
SLOWEST_WPM, FASTEST_WPM = 80, 450
TRIES = 2
REVISION = 1  # raise it when the same clause would sound different


log = logging.getLogger(__name__)


class Formant:
    """Speaks through a pool of child processes, each with its own espeak-ng."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._broken_by = Broken()
        self._card = Card(
            engine="formant",
            model=_model(),
            rate=messages.RATE,
            languages=LANGUAGES,
            voices=own_voices(),
            abilities=frozenset({Ability.PITCH, Ability.MARKS}),
            slots=pool.size,
            queue=WAITING_PER_WORKER * pool.size,
            paces=(SLOWEST_WPM / PACE_WPM, FASTEST_WPM / PACE_WPM),
        )

    def card(self) -> Card:
        """What this engine is and can do."""
        return self._card

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """Say one clause; raises `EngineFailed`, and what `job_of` raises."""
        job, unread = job_of(utterance)
        self._broken_by.check(job)
        started = Started(
            "formant", self._card.model, messages.RATE, ignored=_ignored(utterance) + unread
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
        """Own voices need nothing."""

    def forget(self, digest: str) -> None:
        """Nothing is kept of a recording yet."""

    async def aclose(self) -> None:
        """End the children."""
        await self.pool.aclose()


async def open_engine(options: EngineOptions) -> Engine:
    """Start the engine with one worker per core, or as many as the operator asks for."""
    pool = Pool(options.workers or min(MOST_WORKERS, _cores()))
    await pool.start()
    return Formant(pool)


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def job_of(utterance: Utterance) -> tuple[messages.Job, tuple[str, ...]]:
    """What a worker needs to say this, and the languages inside that it cannot read.

    Raises `NothingToSay`, `UnknownVoice` or `UnsupportedLanguage`.
    """
    if not utterance.whole.strip("\0 \n"):
        raise NothingToSay
    voice = utterance.voice or next(iter(CHOIR))
    if voice not in CHOIR:
        raise UnknownVoice(voice, CHOIR)
    found, unread = passages(utterance.whole, utterance.language)
    if unread and not found and utterance.follows is None:
        raise UnsupportedLanguage(unread[0], LANGUAGES)
    named = variant(voice, utterance.style.pitch)
    parts = tuple(messages.Part(f"{name}+{named}", text, start) for name, text, start in found)
    job = messages.Job(parts, _wpm(utterance.style), CHOIR[voice].volume)
    return job, tuple(f"language {tag}" for tag in unread)


def passages(text: str, language: str | None) -> tuple[list[tuple[str, str, int]], tuple[str, ...]]:
    """Stretches of text with the espeak-ng language that says them, and where each starts.

    Chinese with English inside stays one stretch: espeak-ng's Mandarin says Latin words as
    English, with one melody over both. A script that it does not read is passed over and listed,
    since one foreign word must not end a stream. Raises `UnsupportedLanguage` for `language`.
    """
    if language is not None:
        spoken_by(language)
    stretches: list[tuple[str, str, int]] = []
    unread: dict[str, None] = {}
    found = runs(text, language or "en")
    mixed = {run.language for run in found} >= {"zh", "en"}
    for run in found:
        piece = text[run.start : run.end]
        name = "cmn" if mixed and run.language == "en" else _named(run, piece)
        if name is None:
            unread[run.language] = None
        elif stretches and stretches[-1][0] == name:
            _, before, start = stretches[-1]
            stretches[-1] = (name, before + piece, start)
        else:
            stretches.append((name, piece, run.start))
    return stretches, tuple(unread)


def _named(run: Run, piece: str) -> str | None:
    """espeak-ng's language for a run, if it has one; kana can be read, kanji cannot."""
    if run.language != "ja":
        with contextlib.suppress(UnsupportedLanguage):
            return spoken_by(run.language)
        return None
    kanji = any(unicodedata.name(letter, "").startswith("CJK") for letter in piece)
    return None if kanji else "ja"


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


def _wpm(style: Style) -> int:
    return min(FASTEST_WPM, max(SLOWEST_WPM, round(PACE_WPM * style.pace)))


def _ignored(utterance: Utterance) -> tuple[str, ...]:
    """The options that were asked for and not honoured, or not fully."""
    style = utterance.style
    asked = {
        "recording": utterance.recording is not None,
        "pronunciations": bool(utterance.pronunciations),
        "emotion": style.emotion is not None,
        "pitch": abs(style.pitch) > WIDEST_PITCH,
        "energy": style.energy != 0,
        "pace": not SLOWEST_WPM <= round(PACE_WPM * style.pace) <= FASTEST_WPM,
    }
    return tuple(name for name, is_asked in asked.items() if is_asked)


def _model() -> str:
    """Names everything that changes the sound: the library, our voices, our revision."""
    made_of = (version("espeakng-loader"), version("soxr"), CHOIR, REVISION)
    return "formant-" + hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]
