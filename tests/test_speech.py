"""The vocabulary: names of sounds, and values that do not change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.speech import Audio, Passage, Recording, Style, Utterance, digest, seeded

HELLO = Utterance("Hello.", voice="alto", seed=1)
OTHER: dict[str, Any] = {
    "text": "Hello!",
    "voice": "bass",
    "recording": "0" * 64,
    "model": "formant-1",
    "language": "en",
    "style": Style(pace=1.5),
    "pronunciations": (("SQL", "sequel"),),
    "seed": 2,
    "follows": Passage("Hi.", "0" * 64),
}


async def arriving() -> AsyncIterator[str]:
    """Text that is still on its way."""
    yield "Hello."


def test_a_sound_has_the_same_name_on_every_machine_and_version() -> None:
    """A cache filled by one version is read by the next: change this only with the engines."""
    assert digest(HELLO) == ("ab8ea41483d8dee5441b8646a45a43ad531b1c2cad2e393ca7b9dc684f65a2c2")


@pytest.mark.parametrize("name", [field.name for field in fields(Utterance)])
def test_everything_in_an_utterance_changes_its_name(name: str) -> None:
    """Two utterances that may sound different never share a cache entry."""
    assert digest(replace(HELLO, **{name: OTHER[name]})) != digest(HELLO)


@given(first=st.text(), second=st.text())
def test_only_equal_texts_share_a_name(first: str, second: str) -> None:
    """Whatever the characters, and wherever one field ends and the next begins."""
    named = digest(Utterance(first, voice=second)), digest(Utterance(second, voice=first))
    assert (named[0] == named[1]) == (first == second)


def test_arriving_text_has_no_name_yet() -> None:
    """Neither the text nor the digest can be had before all of it is there."""
    utterance = Utterance(arriving())
    with pytest.raises(TypeError, match="still arriving"):
        digest(utterance)
    with pytest.raises(TypeError, match="still arriving"):
        _ = utterance.whole


def test_whole_text_is_whole() -> None:
    """A string is all there."""
    assert HELLO.whole == "Hello."


def test_a_seed_that_was_given_is_kept() -> None:
    """Seeding leaves a seeded utterance as it is."""
    assert seeded(HELLO) is HELLO


def test_a_seed_that_was_not_given_is_the_same_everywhere() -> None:
    """A hedge on another machine draws the same numbers."""
    unseeded = replace(HELLO, seed=None)
    assert seeded(unseeded) == seeded(unseeded)
    assert seeded(unseeded).seed != seeded(replace(unseeded, text="Hello!")).seed


def test_a_recording_is_named_by_samples_rate_and_transcript() -> None:
    """Changing any of them makes another recording."""
    recording = Recording(b"\x00\x01", 24_000, "a")
    others = (
        replace(recording, pcm=b"\x00\x02"),
        replace(recording, rate=16_000),
        replace(recording, transcript="b"),
    )
    assert len({each.digest for each in (recording, *others)}) == 4


def test_a_frame_counts_its_samples() -> None:
    """Two bytes are one sample."""
    assert Audio(bytes(480)).samples == 240


def test_values_do_not_change() -> None:
    """What was checked once stays as it was."""
    with pytest.raises(FrozenInstanceError):
        HELLO.text = "Goodbye."  # type: ignore[misc]
