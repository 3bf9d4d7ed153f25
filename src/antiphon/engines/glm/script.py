"""An utterance becomes jobs: its text cut to fit, and what the language model reads for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from antiphon.engines.glm.config import Specials
from antiphon.engines.glm.plans import Job
from antiphon.engines.glm.prompt import Bounds, Said, joined, prefix, within_budget
from antiphon.engines.glm.splitting import PAUSES, STOPS, fitting
from antiphon.errors import InvalidRequest, NothingToSay
from antiphon.speech import Utterance

MOST_TEXT_IDS = 160  # in one piece: longer than any sentence that the model was trained on
FEWEST_TEXT_IDS = 16  # less room than that is no room to speak
MARKS = STOPS + PAUSES


class Encoding(Protocol):
    """Text to ids."""

    def encode(self, text: str) -> list[int]:
        """The ids, with nothing before and nothing after."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """Who speaks: the recording as the model reads it, and the ids of a trained speaker."""

    prompt: Said
    voice: str
    speaker: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """What the language model can be asked for; positions bound what it reads and writes."""

    encoding: Encoding
    specials: Specials
    positions: int

    def prompt_ids(self, transcript: str) -> tuple[int, ...]:
        """The words of a recording, with the space that the model was trained to see after them."""
        return tuple(self.encoding.encode(transcript.strip() + " "))

    def pieces(self, text: str, part: Part) -> list[tuple[int, ...]]:
        """The ids of a text, cut so that no piece reaches a bound before it is said.

        Raises `NothingToSay`, or `InvalidRequest` where the recording leaves no room.
        """
        most = self._most_ids(part)
        pieces = fitting(_closed(text), lambda piece: len(self.encoding.encode(piece)), most)
        found = [tuple(self.encoding.encode(piece)) for piece in pieces if piece.strip(MARKS + " ")]
        if not any(found):
            raise NothingToSay
        return [ids for ids in found if ids]

    def job(
        self, ids: tuple[int, ...], part: Part, earlier: Sequence[Said], seed: int
    ) -> tuple[Job, tuple[Said, ...]]:
        """The job that says these ids after what was said, and what of that still joins it."""
        kept = within_budget(part.prompt, earlier, len(ids))
        bounds = Bounds.of(len(ids))
        while kept and self._length(part, kept, ids) + bounds.most > self.positions:
            kept = kept[1:]
        reads = prefix(self.specials, joined(part.prompt, kept), ids, part.speaker)
        return Job(tuple(reads), bounds, seed, part.voice), kept

    def _most_ids(self, part: Part) -> int:
        """A text id takes its own position and those of the speech that may answer it."""
        room = self.positions - self._length(part, (), ())
        most = min(MOST_TEXT_IDS, room // (1 + Bounds.of(1).most))
        if most < FEWEST_TEXT_IDS:
            raise InvalidRequest("the recording is too long for this model; send a shorter one")
        return most

    def _length(self, part: Part, kept: Sequence[Said], ids: tuple[int, ...]) -> int:
        return len(prefix(self.specials, joined(part.prompt, kept), ids, part.speaker))


def _closed(text: str) -> str:
    """The model was trained on texts that end with a mark."""
    text = text.strip()
    if not text or text[-1] in MARKS:
        return text
    return text + ("。" if any("\u4e00" <= letter <= "\u9fff" for letter in text) else ".")


def ignored(utterance: Utterance) -> tuple[str, ...]:
    """What was asked for and cannot be done: a mood comes from a recording, not from its name."""
    style = utterance.style
    asked = {
        f"emotion {style.emotion}": bool(style.emotion) and style.reference is None,
        "pitch": style.pitch != 0,
    }
    return tuple(name for name, is_asked in asked.items() if is_asked)
