"""What the language model reads: the order of its parts, and how much of what was said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from antiphon.engines.glm.config import Specials
from antiphon.engines.glm.prompt import Bounds, Said, joined, prefix, within_budget
from tests.engines.glm.golden import FOLDER, golden, part

CASES: list[dict[str, Any]] = json.loads((FOLDER / "cached_prompt.json").read_text())["cases"]
LLAMA = golden("llama_tiny")
SPECIALS = Specials(first_audio=240, last_audio=399, begin=207, end=200, pad=193)


@pytest.mark.parametrize("case", range(len(CASES)))
def test_as_much_of_what_was_said_joins_as_in_the_reference(case: int) -> None:
    """The kept pieces, their text ids and their speech are the reference's."""
    given = CASES[case]
    text_len, speech_len = given["prompt_text_len"], given["prompt_speech_len"]
    prompt = Said(tuple(range(1000, 1000 + text_len)), tuple(range(speech_len)))
    pieces = [
        Said(
            tuple(2000 + 100 * k + i for i in range(text)),
            tuple(10_000 + 1000 * k + i for i in range(speech)),
        )
        for k, (text, speech) in enumerate(given["generated_pieces_text_speech_len"])
    ]
    kept = within_budget(prompt, pieces, given["current_text_len"])
    whole = joined(prompt, kept)
    assert 1 + len(kept) == given["kept_pieces_after"]
    assert list(whole.text) == given["out_text_ids"]
    assert len(whole.speech) == given["out_speech_len"]
    firsts = [prompt.speech[0], *(piece.speech[0] for piece in kept)]
    assert firsts == given["out_speech_first_of_each_piece"]


@pytest.mark.parametrize("case", ["c0", "c1", "c2"])
def test_the_prefix_is_the_reference_s(case: str) -> None:
    """Prompt text, text, the begin of audio, prompt speech moved to the audio ids."""
    given = part(LLAMA, f"in.{case}.")
    prompt = Said(
        tuple(given["prompt_text"][0].tolist()), tuple(given["prompt_speech"][0].tolist())
    )
    ids = prefix(SPECIALS, prompt, given["text"][0].tolist())
    assert ids == LLAMA[f"out.{case}.prefix_ids"][0].tolist()


def test_a_fine_tuned_speaker_comes_first() -> None:
    """Its fixed ids stand before everything else; without a prompt nothing is shifted."""
    assert prefix(SPECIALS, Said((), ()), [1, 2], (11, 12)) == [11, 12, 1, 2, 207]
    assert prefix(SPECIALS, Said((), (5,)), [1]) == [1, 207, 5]


def test_bounds_grow_with_the_text() -> None:
    """From 2 to 20 speech tokens for each text id."""
    assert Bounds.of(6) == Bounds(12, 120)
