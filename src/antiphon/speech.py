"""The vocabulary: what is said, for whom, in whose voice, and the frames that come back."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

import msgspec

# --- what is said -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Style:
    """How it is said; a field left at its default means "as in the recording".

    `emotion` names a mood; `reference` is the digest of a recording whose mood is carried over,
    and wins over the name; `strength` (0–1) is how far either is carried. `pace` multiplies the
    speaking rate (1.0 is the voice's own), `pitch` is in semitones, `energy` in decibels.
    """

    emotion: str | None = None
    reference: str | None = None
    strength: float = 1.0
    pace: float = 1.0
    pitch: float = 0.0
    energy: float = 0.0

    def __post_init__(self) -> None:
        """Make equal styles equal bytes: 1 and 1.0 are one pace."""
        for name in ("strength", "pace", "pitch", "energy"):
            object.__setattr__(self, name, float(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Passage:
    """What was spoken just before: its text, and the digest of the utterance that said it.

    `memory` is what the engine that spoke it said at its end: see `Finished`.
    """

    text: str
    digest: str
    memory: bytes = b""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Everything that changes the sound, and nothing else.

    `text` is whole (a string) or still arriving (pieces; an empty piece means "speak what there
    is"). `voice` names one of the engine's own voices; `recording` is the digest of a reference
    recording and wins over it. `model` is the digest of the model, pinned at the door.
    `language` is a BCP 47 tag, or None to tell from the script. `pronunciations` are pairs of
    (as written, as spoken). `follows` makes this utterance continue an earlier one.
    """

    text: str | AsyncIterable[str]
    voice: str = ""
    recording: str | None = None
    model: str = ""
    language: str | None = None
    style: Style = field(default_factory=Style)
    pronunciations: tuple[tuple[str, str], ...] = ()
    seed: int | None = None
    follows: Passage | None = None

    @property
    def whole(self) -> str:
        """The text, when all of it is here; raises `TypeError` while it is still arriving."""
        if not isinstance(self.text, str):
            raise TypeError("the text of this utterance is still arriving")
        return self.text


def digest(utterance: Utterance) -> str:
    """The name of this sound, 64 hex digits: cache key and idempotency key.

    Raises `TypeError` while the text is still arriving, since it has no name yet.
    """
    utterance.whole  # noqa: B018  (raises for arriving text)
    # A fixed field order makes equal utterances equal bytes on every machine and version.
    return hashlib.sha256(msgspec.msgpack.encode(utterance)).hexdigest()


def seeded(utterance: Utterance) -> Utterance:
    """The same utterance with its seed written down.

    No seed given means one derived from the digest, so that a hedge, a cache and a continuation
    on another machine all draw the same numbers.
    """
    if utterance.seed is not None:
        return utterance
    return replace(utterance, seed=int(digest(utterance)[:8], 16))


# --- for whom -----------------------------------------------------------------------------------


class Priority(StrEnum):
    """Whether somebody is listening now."""

    LIVE = "live"
    BATCH = "batch"


class CachePolicy(StrEnum):
    """Whether an answer may come from memory, and may go into it."""

    USE = "use"
    BYPASS = "bypass"


@dataclass(frozen=True, slots=True)
class Call:
    """Everything about one request that does not change the sound.

    `deadline` is on the event loop's clock, in seconds: past it nobody wants the answer any more.
    `due` is on that clock too: when the audio will be missed. Whose is due first goes first.
    `retention_days` overrides how long the answer is kept; `region` pins where it is made.
    """

    id: str
    owner: str = "anonymous"
    priority: Priority = Priority.LIVE
    deadline: float | None = None
    due: float = 0.0
    trace: str = ""
    retention_days: float | None = None
    region: str | None = None
    cache: CachePolicy = CachePolicy.USE


# --- in whose voice -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recording:
    """Reference audio with its transcript: mono s16 PCM at `rate`; its digest is its name."""

    pcm: bytes
    rate: int
    transcript: str = ""

    @property
    def digest(self) -> str:
        """64 hex digits over samples, rate and transcript."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).hexdigest()


class Recordings(Protocol):
    """Where an engine finds recordings, and keeps what it made of them."""

    async def recording(self, digest: str) -> Recording:
        """The recording of that digest; raises `UnknownRecording`."""
        ...

    async def prepared(self, digest: str, model: str) -> bytes | None:
        """What an engine of that model digest kept for the recording, if it is still there."""
        ...

    async def keep_prepared(self, digest: str, model: str, data: bytes) -> None:
        """Keep it beside the recording, to be erased with it; a failure to is only logged."""
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """A name and an owner over recordings by mood; an engine's own voice has neither."""

    name: str
    description: str = ""
    languages: tuple[str, ...] = ()
    owner: str | None = None
    recordings: Mapping[str, str] = field(default_factory=dict)
    consent: str | None = None


# --- what comes back ----------------------------------------------------------------------------


class Likeness(StrEnum):
    """What the voice is: the engine's own, matched in pitch and colour, or cloned."""

    OWN = "own"
    MATCHED = "matched"
    CLONED = "cloned"


@dataclass(frozen=True, slots=True)
class Started:
    """The acknowledgement: this engine has taken the call. `ignored` lists options not honoured."""

    engine: str
    model: str
    rate: int
    likeness: Likeness = Likeness.OWN
    ignored: tuple[str, ...] = ()
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A word is heard: `text[start:end]` of the utterance, from `sample` of its audio on."""

    start: int
    end: int
    sample: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What another engine needs to go on from here: samples made, and the engine's own state."""

    samples: int
    state: bytes = b""


@dataclass(frozen=True, slots=True)
class Audio:
    """Mono s16 little-endian PCM at the rate of `Started`, with the marks of those samples."""

    pcm: bytes
    marks: tuple[Mark, ...] = ()
    progress: Progress | None = None

    @property
    def samples(self) -> int:
        """How many samples the frame holds."""
        return len(self.pcm) // 2


@dataclass(frozen=True, slots=True)
class Finished:
    """The end, and truthfully why.

    `reason` is `complete`, `length` when the engine hit its own bound, or `runaway` when it was
    stopped because it no longer said the text. `memory` is what the next passage may need to know
    of this one: it travels in the `Passage` that the next one `follows`, so that any engine of the
    same model continues alike; others leave it.
    """

    reason: str = "complete"
    characters: int = 0
    samples: int = 0
    clauses: int = 1
    memory: bytes = b""


Frame = Started | Audio | Finished

# --- who says it --------------------------------------------------------------------------------


class Speaker(Protocol):
    """Anything that can answer. Leaving the context is cancellation."""

    def speak(
        self, utterance: Utterance, call: Call
    ) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        """Answer with one `Started`, any number of `Audio`, one `Finished`, or `SpeechError`."""
        ...


class Ability(StrEnum):
    """What an engine can do by itself; what it cannot is done above it or listed as ignored."""

    PITCH = "pitch"
    ENERGY = "energy"
    MARKS = "marks"
    PRONUNCIATIONS = "pronunciations"
    EMOTION = "emotion"
    MATCHING = "matching"
    CLONING = "cloning"


class Need(StrEnum):
    """What an engine must be given before it can speak."""

    RECORDING = "recording"
    TRANSCRIPT = "transcript"


@dataclass(frozen=True, slots=True)
class Card:
    """What an engine says of itself.

    `rate` in Hz; `slots` is how many calls it makes at once, and `queue` how many more may
    sensibly wait for one; `paces` are the slowest and the
    fastest `Style.pace` that it can speak at by itself. `notice` is a sentence that whoever
    listens should know, shown wherever the engine is.
    """

    engine: str
    model: str
    rate: int
    languages: tuple[str, ...]
    voices: tuple[Voice, ...]
    abilities: frozenset[Ability] = frozenset()
    needs: frozenset[Need] = frozenset()
    slots: int = 1
    queue: int = 64
    paces: tuple[float, float] = (1.0, 1.0)
    notice: str = ""


class Engine(Speaker, Protocol):
    """A Speaker that makes the sound itself."""

    def card(self) -> Card:
        """What this engine is and can do."""
        ...

    def check(self) -> None:
        """Raise `EngineNotReady` when a call could not be taken now."""
        ...

    async def prepare(self, recording: Recording) -> None:
        """Make a recording ready to speak with; raises `SpeechError` when it cannot be."""
        ...

    def forget(self, digest: str) -> None:
        """Drop from memory whatever was made of that recording; it has been erased."""
        ...

    async def aclose(self) -> None:
        """Give everything back; calls in flight end."""
        ...
