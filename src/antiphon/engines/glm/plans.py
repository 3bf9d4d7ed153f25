"""Decisions as values: what is to be spoken, how it is cut into blocks, one step of the work.

Nothing here imports torch, so that all of it is tested with no model.
"""

from __future__ import annotations

from dataclasses import dataclass

from antiphon.engines.glm.prompt import Bounds

COMPLETE, LENGTH, RUNAWAY = "complete", "length", "runaway"


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """After how many speech tokens each block of sound is made; the last size repeats.

    Of the tokens that are there, the last `look_ahead` only help to place those before them: their
    own sound comes with the next block.
    """

    sizes: tuple[int, ...] = (20, 25, 50, 100)
    look_ahead: int = 5

    def __post_init__(self) -> None:
        """Refuse a plan by which a block would hold nothing."""
        if not self.sizes or min(self.sizes) < 1 or self.look_ahead < 0:
            raise ValueError("a block plan needs sizes of 1 or more, and no negative look-ahead")

    def due(self, blocks: int) -> int:
        """How many tokens must be there for the block after so many others."""
        whole = self.sizes[: blocks + 1]
        return sum(whole) + (blocks + 1 - len(whole)) * self.sizes[-1] + self.look_ahead


@dataclass(frozen=True, slots=True)
class Guard:
    """Stops a model that no longer says the text: the last `window` tokens are all but one token.

    No pause and no vowel lasts 3 s on so few tokens.
    """

    window: int = 75
    kinds: int = 3

    def trips(self, codes: list[int]) -> bool:
        """Whether the end of these codes is such a run."""
        last = codes[-self.window :]
        return len(last) == self.window and len(set(last)) <= self.kinds


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of text to be spoken: what the model reads, its bounds, its draws, whose sound.

    `voice` names what was made of the recording; the runner is told what that is, once.
    """

    prefix: tuple[int, ...]
    bounds: Bounds
    seed: int
    voice: str


@dataclass(frozen=True, slots=True)
class Speak:
    """One more speech token of sequence `number`; at index 0 the prefix is read first."""

    number: int
    job: Job
    index: int
    last_code: int | None
    recent: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of tokens: `final` of them get theirs now, less what was given before.

    When it `is_last`, all of them are final, and none comes after them.
    """

    number: int
    job: Job
    codes: tuple[int, ...]
    final: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Free:
    """Everything that was held for the sequence is given back."""

    number: int


Step = Speak | Sound | Free


@dataclass(frozen=True, slots=True)
class Code:
    """What one `Speak` gave: a code, or None for the end of speech."""

    code: int | None


@dataclass(frozen=True, slots=True)
class Wave:
    """What one `Sound` gave: mono s16 PCM, which may be empty."""

    pcm: bytes


Result = Code | Wave | None


@dataclass(frozen=True, slots=True)
class Begun:
    """The first token is there: the model has truly taken the job."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A block of sound."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """All sound has been given; why it ended, and the codes that said it."""

    reason: str
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A step broke; nothing more comes."""

    why: str


@dataclass(frozen=True, slots=True)
class Freed:
    """The device holds nothing for the sequence any more."""


Event = Begun | Heard | Ended | Failed | Freed
