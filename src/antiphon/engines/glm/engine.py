"""GLM-TTS as a Speaker: a clause in, blocks of sound out while the model still speaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio.to_thread

from antiphon.engines.glm import prompts
from antiphon.engines.glm.desk import Desk
from antiphon.engines.glm.listening import listening
from antiphon.engines.glm.memory import recalled, remembered
from antiphon.engines.glm.phonemes import pronounced
from antiphon.engines.glm.plans import COMPLETE, Begun, Ended, Failed, Freed, Heard, Job
from antiphon.engines.glm.prompt import Said
from antiphon.engines.glm.prompts import Prompt
from antiphon.engines.glm.script import Part, Script, ignored
from antiphon.engines.glm.wording import worded
from antiphon.engines.makings import Craft, Makings
from antiphon.engines.registry import EngineOptions
from antiphon.errors import (
    BadSetting,
    EngineFailed,
    EngineNotReady,
    InvalidRequest,
    TranscriptRequired,
    UnknownVoice,
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
    Likeness,
    Need,
    Progress,
    Recording,
    Recordings,
    Started,
    Utterance,
    Voice,
    seeded,
)
from antiphon.text.language import primary
from antiphon.text.normalizer import Normalizer

if TYPE_CHECKING:
    from antiphon.engines.glm.loading import Loaded

LANGUAGES = ("zh", "en")
ABILITIES = frozenset({Ability.CLONING, Ability.EMOTION, Ability.PRONUNCIATIONS})
WAITING_PER_SLOT = 16
FRAME_S = 0.2
REVISION = 1  # raise it when the same clause would sound different

log = logging.getLogger(__name__)


class Glm:
    """Speaks with one model on one device; `slots` clauses take turns."""

    def __init__(self, loaded: Loaded, recordings: Recordings | None, slots: int) -> None:
        self._loaded, self._script = loaded, loaded.script
        self._normalizer = Normalizer()
        self.desk = Desk(loaded.scheduler, loaded.runner)
        craft = Craft(self._made, prompts.encode, prompts.decode, prompts.MOST_KEPT)
        model = f"glm-{loaded.digest}-{REVISION}"
        self._prompts: Makings[Prompt] = Makings(recordings, model, craft)
        self._own: dict[str, Prompt] = {}
        self._card = Card(
            engine="glm",
            model=model,
            rate=loaded.rate,
            languages=LANGUAGES,
            voices=tuple(Voice(name, loaded.told) for name in loaded.voices),
            abilities=ABILITIES,
            needs=frozenset({Need.TRANSCRIPT}),
            slots=slots,
            queue=WAITING_PER_SLOT * slots,
            notice=loaded.notice,
        )

    async def open(self) -> None:
        """Make the checkpoint's own voices ready."""
        for name, recording in self._loaded.voices.items():
            self._own[name] = await self._made(recording)

    def card(self) -> Card:
        """What this engine is and can do."""
        return self._card

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """Say one clause.

        Raises `NothingToSay`, `UnknownVoice`, `UnknownRecording`, `UnsupportedLanguage`,
        `InvalidRequest`, `EngineNotReady` or `EngineFailed`.
        """
        _check_language(utterance.language)
        part = await self._part(utterance)
        pieces = await anyio.to_thread.run_sync(self._read, utterance, part)
        likeness = Likeness.OWN if utterance.recording is None else Likeness.CLONED
        started = Started("glm", self._card.model, self._card.rate, likeness, ignored(utterance))
        telling = _Telling(started, self._script, self.desk, part, utterance)
        async with aclosing(telling.frames(pieces)) as frames:
            yield frames

    def _read(self, utterance: Utterance, part: Part) -> list[tuple[int, ...]]:
        """The ids to speak; takes milliseconds, and more the first time."""
        text = worded(pronounced(utterance.whole, utterance.pronunciations))
        return self._script.pieces(text, part)

    def check(self) -> None:
        """Raise `EngineNotReady` when the device's thread has ended."""
        if not self.desk.is_alive:
            raise EngineNotReady("the engine is stopping, or its device has failed")

    async def prepare(self, recording: Recording) -> None:
        """Hear a recording once; raises `TranscriptRequired`, or why it cannot be spoken with."""
        await self._prompts.prepare(recording)

    def forget(self, digest: str) -> None:
        """Drop what was made of that recording, on the device too."""
        self._prompts.forget(digest)
        if self.desk.is_alive:
            self.desk.errand(lambda: self._loaded.runner.forget(digest))

    async def aclose(self) -> None:
        """End the thread; calls in flight end with `EngineFailed`."""
        await self._prompts.aclose()
        await anyio.to_thread.run_sync(self.desk.close, abandon_on_cancel=True)
        await self._normalizer.aclose()

    async def _part(self, utterance: Utterance) -> Part:
        """Who speaks: the sound of one recording, read in the mood of another where asked."""
        voice, prompt, speaker = await self._cast(utterance)
        runner = self._loaded.runner
        if not runner.knows(voice):
            shown = self.desk.errand(lambda: runner.show(voice, prompt.features))
            await asyncio.wrap_future(shown)
        mood = utterance.style.reference
        read = await self._prompts.of(mood) if mood else prompt
        return Part(read.said, voice, speaker)

    async def _cast(self, utterance: Utterance) -> tuple[str, Prompt, tuple[int, ...]]:
        if utterance.recording:
            return utterance.recording, await self._prompts.of(utterance.recording), ()
        if not self._own:
            raise InvalidRequest(
                "this model has no voice of its own; send a recording as ref_audio with its words"
                " as ref_text, or make a voice with `antiphon voice add NAME FILE`",
                "voice",
            )
        name = utterance.voice or next(iter(self._own))
        if name not in self._own:
            raise UnknownVoice(name, self._own)
        return f"own {name}", self._own[name], self._loaded.trained.get(name, ())

    async def _made(self, recording: Recording) -> Prompt:
        """Hear a recording; its words are normalised as those that are to be spoken are."""
        if not recording.transcript.strip():
            raise TranscriptRequired("glm")
        spoken = await self._normalizer.normalize(recording.transcript)
        heard = self.desk.errand(lambda: self._loaded.hear(recording))
        features = await asyncio.wrap_future(heard)
        return Prompt(self._script.prompt_ids(worded(spoken.text)), features)


@dataclass(slots=True)
class _Telling:
    """One clause being spoken, piece after piece."""

    started: Started
    script: Script
    desk: Desk
    part: Part
    utterance: Utterance
    samples: int = 0
    reason: str = COMPLETE
    begun: bool = False

    async def frames(self, pieces: list[tuple[int, ...]]) -> AsyncGenerator[Frame, None]:
        """`Started` once the model has taken it, sound, and the truthful end."""
        model, follows = self.started.model, self.utterance.follows
        earlier = recalled(follows.memory, model) if follows else ()
        seed = seeded(self.utterance).seed or 0
        for index, ids in enumerate(pieces):
            job, kept = self.script.job(ids, self.part, earlier, seed + index)
            codes: list[int] = []
            async with aclosing(self._piece(job, codes)) as frames:
                async for frame in frames:
                    yield frame
            earlier = (*kept, Said(ids, tuple(codes)))
        yield Finished(
            self.reason,
            len(self.utterance.whole),
            self.samples,
            memory=remembered(model, earlier),
        )

    async def _piece(self, job: Job, codes: list[int]) -> AsyncGenerator[Frame, None]:
        async with listening(self.desk, job) as (number, ear):
            while True:
                match await ear.next():
                    case Begun() if not self.begun:
                        self.begun = True
                        yield self.started
                    case Heard(pcm):
                        for frame in self._audio(pcm):
                            yield frame
                        self.desk.take(number)
                    case Ended(reason, said):
                        codes += said
                        self.reason = reason if self.reason == COMPLETE else self.reason
                        return
                    case Failed(why):
                        raise EngineFailed(f"the model broke on this text: {why}")
                    case Freed():
                        raise EngineFailed("the model stopped before the end")

    def _audio(self, pcm: bytes) -> list[Audio]:
        """A block in frames of which each can be left."""
        size = 2 * round(FRAME_S * self.started.rate)
        frames: list[Audio] = []
        for at in range(0, len(pcm), size):
            cut = pcm[at : at + size]
            self.samples += len(cut) // 2
            frames.append(Audio(cut, progress=Progress(self.samples)))
        return frames


def _check_language(language: str | None) -> None:
    if language is not None and primary(language) not in LANGUAGES:
        raise UnsupportedLanguage(language, LANGUAGES)


async def open_engine(options: EngineOptions) -> Engine:
    """Load a checkpoint; raises what keeps it from being loaded, as a `Misconfigured`."""
    if options.model is None:
        raise BadSetting(
            "the engine 'glm' needs a checkpoint: name its folder with --model,"
            " or make one of random numbers with `antiphon model make-random`"
        )
    slots = options.workers or 1
    loaded = await anyio.to_thread.run_sync(_load, options)
    engine = Glm(loaded, options.recordings, slots)
    try:
        await engine.open()
    except BaseException:
        with anyio.CancelScope(shield=True):
            await engine.aclose()
        raise
    return engine


def _load(options: EngineOptions) -> Loaded:
    """Torch is imported here, in a thread, while the door already listens."""
    try:
        from antiphon.engines.glm.loading import load
    except ImportError as error:
        from antiphon.errors import PackageMissing

        raise PackageMissing(error.name or "torch", "glm") from error
    return load(options)
