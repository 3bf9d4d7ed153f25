"""The formant engine as a Speaker: a clause in, packets of sound out."""

from __future__ import annotations

import hashlib
import logging
import os
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from importlib.metadata import version

from antiphon.engines.formant import messages
from antiphon.engines.formant.library import PACE_WPM
from antiphon.engines.formant.pool import Pool
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
    UnsupportedLanguage,
)
from antiphon.producing import Put, produced
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

# A clause is made in milliseconds and heard in seconds. It may wait here whole (170 s at 0.32 s a
# packet), so that a slow listener holds memory that is bounded, and no worker.
PACKETS_WAITING = 512
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
        job = job_of(utterance)
        started = Started("formant", self._card.model, messages.RATE, ignored=_ignored(utterance))

        async def produce(put: Put[Frame]) -> None:
            samples = 0
            async with aclosing(self._packets(job)) as packets:
                async for packet in packets:
                    if samples == 0:
                        await put(started)  # now a worker has truly taken it
                    samples += len(packet.pcm) // 2
                    marks = tuple(Mark(*word) for word in packet.words)
                    await put(Audio(packet.pcm, marks, Progress(samples)))
            await put(Finished(characters=len(utterance.whole), samples=samples))

        async with produced(produce, PACKETS_WAITING) as frames:
            yield frames

    async def _packets(self, job: messages.Job) -> AsyncGenerator[messages.Packet, None]:
        """The audio of a job; one whose worker dies before any is given to another worker."""
        for tries_left in reversed(range(TRIES)):
            heard = False
            try:
                async with self.pool.lend() as worker, aclosing(worker.perform(job)) as packets:
                    async for packet in packets:
                        heard = True
                        yield packet
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


def job_of(utterance: Utterance) -> messages.Job:
    """What a worker needs to say this.

    Raises `NothingToSay`, `UnknownVoice` or `UnsupportedLanguage`.
    """
    if not utterance.whole.strip("\0 \n"):
        raise NothingToSay
    voice = utterance.voice or next(iter(CHOIR))
    if voice not in CHOIR:
        raise UnknownVoice(voice, CHOIR)
    parts = tuple(
        messages.Part(f"{name}+{variant(voice, utterance.style.pitch)}", text, start)
        for name, text, start in passages(utterance.whole, utterance.language)
    )
    return messages.Job(parts, _wpm(utterance.style), CHOIR[voice].volume)


def passages(text: str, language: str | None) -> list[tuple[str, str, int]]:
    """Stretches of text with the espeak-ng language that says them, and where each starts.

    Chinese with English inside stays one stretch: espeak-ng's Mandarin says Latin words as
    English, with one melody over both. Raises `UnsupportedLanguage`.
    """
    if language is not None:
        spoken_by(language)
    stretches: list[tuple[str, str, int]] = []
    found = runs(text, language or "en")
    mixed = {run.language for run in found} >= {"zh", "en"}
    for run in found:
        piece = text[run.start : run.end]
        name = "cmn" if mixed and run.language == "en" else _named(run, piece)
        if stretches and stretches[-1][0] == name:
            _, before, start = stretches[-1]
            stretches[-1] = (name, before + piece, start)
        else:
            stretches.append((name, piece, run.start))
    return stretches


def _named(run: Run, piece: str) -> str:
    """espeak-ng's language for a run; kana can be read, kanji cannot."""
    if run.language != "ja":
        return spoken_by(run.language)
    if any(unicodedata.name(letter, "").startswith("CJK") for letter in piece):
        raise UnsupportedLanguage("ja", LANGUAGES)
    return "ja"


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
