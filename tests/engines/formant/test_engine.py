"""The formant engine: what it says, how it ends, and what a crash costs."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
from array import array
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import numpy as np
import pytest

from antiphon.engines.formant.engine import Formant, open_engine
from antiphon.engines.formant.jobs import job_of, passages
from antiphon.engines.registry import EngineOptions
from antiphon.errors import (
    EngineFailed,
    EngineNotReady,
    NothingToSay,
    UnknownVoice,
    Unsayable,
    UnsupportedLanguage,
)
from antiphon.speech import Audio, Call, Finished, Mark, Passage, Started, Style, Utterance

pytestmark = pytest.mark.anyio
ENGLISH = Utterance("The quick brown fox jumps over the lazy dog.")
MIXED = Utterance("今天 weather 很好，我们去 park 吧。")


@pytest.fixture
async def engine() -> AsyncIterator[Formant]:
    """An engine with one worker, closed after the test."""
    opened = await open_engine(EngineOptions(workers=1))
    assert isinstance(opened, Formant)
    yield opened
    await opened.aclose()


async def heard(engine: Formant, utterance: Utterance) -> tuple[bytes, list[Mark]]:
    """All samples and marks of one clause."""
    pcm, marks = bytearray(), []
    async with engine.speak(utterance, Call("test")) as frames:
        async for frame in frames:
            if isinstance(frame, Audio):
                pcm += frame.pcm
                marks += frame.marks
    return bytes(pcm), marks


async def test_a_clause_is_started_spoken_and_finished(engine: Formant) -> None:
    """Frames come in order, and the counts of the last are those of the audio."""
    async with engine.speak(ENGLISH, Call("test")) as stream:
        frames = [frame async for frame in stream]
    assert isinstance(frames[0], Started)
    assert (frames[0].engine, frames[0].rate) == ("formant", 24_000)
    samples = sum(frame.samples for frame in frames if isinstance(frame, Audio))
    assert frames[-1] == Finished(characters=len(ENGLISH.whole), samples=samples)
    assert 2.0 < samples / 24_000 < 4.0


async def test_the_same_clause_is_the_same_samples(engine: Formant) -> None:
    """Whatever was said before, a clause is a pure function of what it is."""
    first = await heard(engine, ENGLISH)
    await heard(engine, MIXED)
    await heard(engine, Utterance("Something else.", voice="bass"))
    assert await heard(engine, ENGLISH) == first


async def test_level_is_sensible_and_nothing_clips(engine: Formant) -> None:
    """Every voice speaks at about -20 dBFS, below full scale, and ends in silence."""
    for voice in engine.card().voices:
        for text in (ENGLISH.whole, MIXED.whole):
            pcm, _ = await heard(engine, Utterance(text, voice=voice.name))
            samples = array("h", pcm)
            loud = [sample for sample in samples if abs(sample) > 300]
            rms = (sum(sample * sample for sample in loud) / len(loud)) ** 0.5
            assert 2_000 < rms < 5_500, voice.name
            assert max(map(abs, samples)) < 32_000, voice.name
            assert max(map(abs, samples[:8])) < 64, voice.name
            assert max(map(abs, samples[-240:])) < 64, voice.name


async def test_marks_are_the_words_in_order(engine: Formant) -> None:
    """Each word has one mark, inside the audio, in the order of the text."""
    pcm, marks = await heard(engine, ENGLISH)
    words = [ENGLISH.whole[mark.start : mark.end] for mark in marks]
    assert words == ["The", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog"]
    assert [mark.sample for mark in marks] == sorted(mark.sample for mark in marks)
    assert marks[0].sample >= 0
    assert marks[-1].sample < len(pcm) // 2


async def test_mixed_text_is_marked_in_both_languages(engine: Formant) -> None:
    """Chinese and English words in one clause each get their place."""
    _, marks = await heard(engine, MIXED)
    words = [MIXED.whole[mark.start : mark.end] for mark in marks]
    assert "weather" in words
    assert "park" in words
    assert "很好" in words


async def test_pace_changes_the_length(engine: Formant) -> None:
    """Half the pace is about twice as long; what cannot be reached is listed as ignored."""
    normal, _ = await heard(engine, ENGLISH)
    slow, _ = await heard(engine, Utterance(ENGLISH.whole, style=Style(pace=0.5)))
    assert 1.6 < len(slow) / len(normal) < 2.4
    async with engine.speak(
        Utterance("Hi.", style=Style(pace=4.0, pitch=20, emotion="hangry")), Call("a")
    ) as frames:
        started = await anext(frames)
    assert isinstance(started, Started)
    assert started.ignored == ("emotion hangry", "pitch", "pace")


def pitch_of(pcm: bytes) -> float:
    """The median pitch in Hz: the first strong repetition in each loud stretch."""
    wave = np.frombuffer(pcm, np.int16).astype(float)
    found = []
    for at in range(0, len(wave) - 4_800, 1_200):
        stretch = wave[at : at + 4_800]
        if np.abs(stretch).max() > 3_000:
            likeness = np.correlate(stretch, stretch, "full")[4_799:][80:960]
            found.append(24_000 / (80 + int(np.argmax(likeness > 0.9 * likeness.max()))))
    return float(np.median(found))


async def test_pitch_moves_by_semitones(engine: Formant) -> None:
    """An octave up or down is about twice or half as many periods a second."""
    text = "Ah, ah, ah. My name is Anna and we moan."
    low, own, high = [
        pitch_of((await heard(engine, Utterance(text, "bass", style=Style(pitch=pitch))))[0])
        for pitch in (-12, 0, 12)
    ]
    assert 1.8 < own / low < 2.5
    assert 1.8 < high / own < 2.5


async def test_leaving_at_every_frame_gives_the_library_back(engine: Formant) -> None:
    """After leaving at any frame no library copy is lent, and the next clause is whole."""
    whole = await heard(engine, ENGLISH)
    for leave_at in range(12):
        async with engine.speak(ENGLISH, Call("a")) as frames:
            for _ in range(leave_at):
                if await anext(frames, None) is None:
                    break
        assert engine.pool.lent == 0
        assert await heard(engine, ENGLISH) == whole


async def test_a_crash_costs_one_clause(engine: Formant) -> None:
    """A worker that dies mid-clause is told as a failure, and the next clause is spoken."""
    async with engine.speak(Utterance("word " * 2_000), Call("a")) as frames:
        await anext(frames)
        os.kill(engine.pool.pids[1][0], signal.SIGKILL)
        with pytest.raises(EngineFailed, match="ended while it spoke"):
            async for _ in frames:
                pass
    assert engine.pool.lent == 0
    pcm, _ = await heard(engine, ENGLISH)
    assert pcm


async def test_a_death_between_clauses_is_not_heard(engine: Formant) -> None:
    """A clause given to a worker that has just died is given to another."""
    first = await heard(engine, ENGLISH)
    os.kill(engine.pool.pids[0][0], signal.SIGKILL)
    assert await heard(engine, ENGLISH) == first


async def test_a_worker_that_hangs_when_left_is_replaced(engine: Formant) -> None:
    """A stopped worker is given up when its call is left, and the next clause is spoken."""
    async with engine.speak(Utterance("word " * 2_000), Call("a")) as frames:
        await anext(frames)
        os.kill(engine.pool.pids[1][0], signal.SIGSTOP)
    assert await heard(engine, ENGLISH)


async def test_readiness_is_the_truth(engine: Formant) -> None:
    """Without a living worker the engine says that it is not ready, and it mends itself."""
    engine.check()
    os.kill(engine.pool.pids[0][0], signal.SIGKILL)
    with anyio.fail_after(5):
        while engine.pool.pids[0]:
            await anyio.lowlevel.checkpoint()
    with pytest.raises(EngineNotReady):
        engine.check()
    assert await heard(engine, ENGLISH)
    engine.check()


async def test_swept_temporary_files_are_written_again(engine: Formant) -> None:
    """Losing its data folder costs a clause at most, not the engine."""
    first = await heard(engine, ENGLISH)
    shutil.rmtree(engine.pool.folder / "data")
    for _ in range(3):
        with contextlib.suppress(EngineFailed):
            assert await heard(engine, ENGLISH) == first
            break
    else:
        pytest.fail("the engine did not recover")
    assert await heard(engine, ENGLISH) == first


async def test_a_worker_that_died_idle_is_replaced(engine: Formant) -> None:
    """A death between clauses is not heard at all."""
    first = await heard(engine, ENGLISH)
    (idle,) = engine.pool.pids[0]
    os.kill(idle, signal.SIGKILL)
    with anyio.fail_after(5):
        while engine.pool.pids[0]:
            await anyio.lowlevel.checkpoint()
    assert await heard(engine, ENGLISH) == first


async def test_a_worn_worker_is_replaced(engine: Formant, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its share of clauses a worker makes room for a new one, and nobody hears it."""
    monkeypatch.setattr("antiphon.engines.formant.pool.JOBS_PER_WORKER", 2)
    seen = set()
    first = await heard(engine, ENGLISH)
    for _ in range(5):
        assert await heard(engine, ENGLISH) == first
        seen |= set(engine.pool.pids[0])
    assert len(seen) >= 2


async def test_what_the_killed_left_behind_is_removed(tmp_path: Path) -> None:
    """A folder whose owner is dead goes when the next engine starts; others stay."""
    ended = await anyio.open_process([sys.executable, "-c", ""])
    await ended.wait()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path))
        stale = tmp_path / f"antiphon-formant-{ended.pid}-x"
        alive = tmp_path / f"antiphon-formant-{os.getpid()}-x"
        stale.mkdir()
        alive.mkdir()
        engine = await open_engine(EngineOptions(workers=1))
        await engine.aclose()
    assert not stale.exists()
    assert alive.exists()


async def test_closing_leaves_no_process_and_no_file() -> None:
    """Everything that was started is ended, everything written is removed."""
    engine = await open_engine(EngineOptions(workers=2))
    assert isinstance(engine, Formant)
    children, folder = engine.pool.pids[0], engine.pool.folder
    assert len(children) == 2
    assert folder.exists()
    await engine.aclose()
    assert not folder.exists()
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_unknown_voices_and_languages_are_refused() -> None:
    """The error names what there is."""
    with pytest.raises(NothingToSay):
        job_of(Utterance(" \0"))
    with pytest.raises(UnknownVoice, match="alto"):
        job_of(Utterance("hi", voice="alt"))
    with pytest.raises(UnsupportedLanguage):
        job_of(Utterance("hi", language="tlh"))
    with pytest.raises(UnsupportedLanguage):
        job_of(Utterance("hi", language="ja"))
    with pytest.raises(UnsupportedLanguage):
        job_of(Utterance("ភាសាខ្មែរ"))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Hello there.", None, [("en-us", "Hello there.", 0)]),
        ("Hello there.", "en-GB", [("en", "Hello there.", 0)]),
        ("你好 friend", None, [("cmn", "你好 friend", 0)]),
        ("你好", "zh-HK", [("yue", "你好", 0)]),
        ("Bonjour", "fr-CA", [("fr", "Bonjour", 0)]),
        ("Привет", None, [("ru", "Привет", 0)]),
        ("Привет", "uk", [("uk", "Привет", 0)]),
        ("안녕", None, [("ko", "안녕", 0)]),
        ("ありがとう", None, [("ja", "ありがとう", 0)]),
    ],
)
def test_text_is_given_to_the_voice_that_reads_it(
    text: str, language: str | None, expected: list[tuple[str, str, int]]
) -> None:
    """Languages are told by script, and by what the caller says."""
    assert passages(text, language) == (expected, ())


def test_what_cannot_be_read_is_passed_over_and_listed() -> None:
    """One foreign word ends no stream, and the listener is told of it."""
    job, unread = job_of(Utterance("Hello. ភាសាខ្មែរ. Bye."))
    assert "".join(part.text for part in job.parts).startswith("Hello.")
    assert job.parts[-1].text.endswith("Bye.")
    assert unread == ("language km",)
    following = Utterance("ភាសាខ្មែរ", follows=Passage("Hello.", "0"))
    assert job_of(following)[0].parts == ()


async def test_every_language_of_the_card_is_spoken(engine: Formant) -> None:
    """Each has a voice and a dictionary, so that none is advertised in vain."""
    for language in engine.card().languages:
        pcm, _ = await heard(engine, Utterance("1 2 3", language=language))
        assert len(pcm) > 24_000 // 4, language


async def test_a_text_that_breaks_the_library_is_not_tried_again(engine: Formant) -> None:
    """It is contained, told as what it is, and cannot be used to end worker after worker."""
    poison = Utterance("\u16ca.`\u03bf", language="vi")
    with pytest.raises(EngineFailed):
        await heard(engine, poison)
    with pytest.raises(Unsayable):
        await heard(engine, poison)
    assert (await heard(engine, ENGLISH))[0]
