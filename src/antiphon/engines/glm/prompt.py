"""What the language model reads before it speaks: who speaks, what was said, what to say now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antiphon.engines.glm.config import Specials

BUDGET = 750  # speech tokens of the prompt, what was said, and what is expected: 30 s


@dataclass(frozen=True, slots=True)
class Said:
    """Text ids and the speech codes (from 0) that say them: a recording, or an earlier piece."""

    text: tuple[int, ...]
    speech: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many speech tokens may answer a text: the end is not heard before `least`."""

    least: int
    most: int

    @classmethod
    def of(cls, text_ids: int) -> Bounds:
        """Two to twenty for each text id, as the model was trained to be bounded."""
        return cls(2 * text_ids, 20 * text_ids)


def prefix(
    specials: Specials, prompt: Said, text: Sequence[int], speaker: Sequence[int] = ()
) -> list[int]:
    """The ids that come before the first generated one.

    `speaker` is the fixed list of a fine-tuned speaker. Speech without its text is fed as it was
    in training: not shifted to the audio ids.
    """
    shift = specials.first_audio if prompt.text and prompt.speech else 0
    speech = (code + shift for code in prompt.speech)
    return [*speaker, *prompt.text, *text, specials.begin, *speech]


def joined(prompt: Said, earlier: Sequence[Said]) -> Said:
    """A recording and what was said after it, as one prompt."""
    pieces = (prompt, *earlier)
    return Said(
        tuple(one for piece in pieces for one in piece.text),
        tuple(one for piece in pieces for one in piece.speech),
    )


def within_budget(
    prompt: Said, earlier: Sequence[Said], text_ids: int, budget: int = BUDGET
) -> tuple[Said, ...]:
    """The earlier pieces that leave room for the next, the oldest dropped first.

    What the next will take is told from the pace of all pieces, counted before any is dropped. The
    recording itself always stays.
    """
    if not earlier:
        return ()
    everything = joined(prompt, earlier)
    expected = int(len(everything.speech) / max(1, len(everything.text)) * text_ids)
    kept, speech = list(earlier), len(everything.speech)
    while kept and speech + expected > budget:
        speech -= len(kept.pop(0).speech)
    return tuple(kept)
