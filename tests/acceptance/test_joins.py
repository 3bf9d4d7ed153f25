"""Streamed audio is the offline audio, without a seam."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from antiphon.settings import Settings
from antiphon.speech import Audio, Call, Finished, Frame, Utterance
from antiphon.staircase import Staircase, staircase

pytestmark = pytest.mark.anyio
TEXT = (
    "The first sentence is short. 第二句是中文，里面有 English words。"
    "The third one has a number, 42, in it! 最后一句结束了。"
)


@pytest.fixture
async def stairs() -> AsyncIterator[Staircase]:
    """The whole staircase over the formant engine."""
    async with staircase(Settings(workers=1)) as opened:
        yield opened


async def said(stairs: Staircase, utterance: Utterance) -> list[Frame]:
    """Every frame."""
    async with stairs.speaker.speak(utterance, Call("join")) as frames:
        return [frame async for frame in frames]


def samples(frames: list[Frame]) -> array[int]:
    """The samples of all frames, joined."""
    return array("h", b"".join(frame.pcm for frame in frames if isinstance(frame, Audio)))


async def test_streamed_is_offline_sample_for_sample(stairs: Staircase) -> None:
    """Whole, repeated, or arriving letter by letter: the same samples."""

    async def letters() -> AsyncIterator[str]:
        for letter in TEXT:
            yield letter

    offline = samples(await said(stairs, Utterance(TEXT, seed=7)))
    assert len(offline) > 24_000
    assert samples(await said(stairs, Utterance(TEXT, seed=7))) == offline
    assert samples(await said(stairs, Utterance(letters(), seed=7))) == offline


async def test_frames_join_without_a_step(stairs: Staircase) -> None:
    """At a join of frames or clauses the waveform moves no more than it does inside them."""
    said_twice = await said(stairs, Utterance(f"{TEXT} {TEXT}"))
    frames = [frame for frame in said_twice if isinstance(frame, Audio)]
    inside, joins, before = 0, [], None
    for frame in frames:
        wave = array("h", frame.pcm)
        inside = max(inside, *(abs(b - a) for a, b in pairwise(wave)))
        if before is not None:
            joins.append(abs(wave[0] - before))
        before = wave[-1]
    assert len(joins) > 10
    assert max(joins) <= inside


async def test_clauses_join_in_silence(stairs: Staircase) -> None:
    """A clause ends in silence and the next begins from it, so that no click can be heard."""
    for text in ("One. Two.", "一。二。"):
        whole = samples(await said(stairs, Utterance(text)))
        first = samples(await said(stairs, Utterance(text[: len(text) // 2])))
        assert whole[: len(first)] == first
        assert max(map(abs, whole[len(first) - 240 : len(first) + 2])) < 64


async def test_marks_lie_in_order_inside_the_audio(stairs: Staircase) -> None:
    """Over several clauses, marks count on in text and in samples, and the counts agree."""
    frames = await said(stairs, Utterance(TEXT))
    marks = [mark for frame in frames if isinstance(frame, Audio) for mark in frame.marks]
    finished = frames[-1]
    assert isinstance(finished, Finished)
    assert finished.samples == len(samples(frames))
    assert finished.characters == len(TEXT)
    assert [mark.sample for mark in marks] == sorted(mark.sample for mark in marks)
    assert [mark.start for mark in marks] == sorted(mark.start for mark in marks)
    assert 0 <= marks[0].sample <= marks[-1].sample < finished.samples
    assert "42" in [TEXT[mark.start : mark.end] for mark in marks]
