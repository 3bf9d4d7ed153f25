"""Matched voices: what is heard of a recording, and what is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import numpy as np
import pytest

from antiphon.audio.analysis.colour import average_db, bands_db, bandwidth_hz, distance_db
from antiphon.audio.analysis.framing import wave_of
from antiphon.audio.analysis.measures import Measures, measure
from antiphon.audio.analysis.pitch import melody
from antiphon.engines.formant.engine import Formant, open_engine
from antiphon.engines.registry import EngineOptions
from antiphon.errors import InvalidRequest, UnknownRecording
from antiphon.speech import (
    Ability,
    Audio,
    Call,
    Likeness,
    Mark,
    Recording,
    Started,
    Style,
    Utterance,
)
from tests.engines.formant.references import FITTED, Shelf, recording

pytestmark = pytest.mark.anyio
TEXTS = (
    "She had never seen such a large garden before, and she walked slowly between the trees.",
    "The train from the north arrives at seven in the morning.",
    "My brother bought a blue jacket for the winter.",
    "The children played near the river until it got dark.",
)
MAN, WOMAN, LIVELY = recording("man"), recording("woman"), recording("woman-lively")


@pytest.fixture
def shelf() -> Shelf:
    """The recordings of these tests."""
    return Shelf(MAN, WOMAN, LIVELY)


@pytest.fixture
def fitted(shelf: Shelf) -> Shelf:
    """The same, and what an earlier test made of them."""
    shelf.kept = FITTED
    return shelf


@pytest.fixture
async def engine(shelf: Shelf) -> AsyncIterator[Formant]:
    """An engine with one worker that finds the recordings."""
    opened = await open_engine(EngineOptions(workers=1, recordings=shelf))
    assert isinstance(opened, Formant)
    yield opened
    await opened.aclose()


async def heard(engine: Formant, utterance: Utterance) -> tuple[bytes, list[Mark], Started]:
    """All samples and marks of one clause, and how it started."""
    pcm, marks, started = bytearray(), [], None
    async with engine.speak(utterance, Call("test")) as frames:
        async for frame in frames:
            if isinstance(frame, Audio):
                pcm += frame.pcm
                marks += frame.marks
            elif isinstance(frame, Started):
                started = frame
    assert started is not None
    return bytes(pcm), marks, started


async def spoken(engine: Formant, digest: str | None, style: Style | None = None) -> Measures:
    """The measures of a few sentences."""
    said = [
        (await heard(engine, Utterance(text, recording=digest, style=style or Style())))[0]
        for text in TEXTS
    ]
    return measure(wave_of(b"".join(said)), 24_000)


@pytest.mark.parametrize("own", [MAN, WOMAN], ids=["man", "woman"])
async def test_a_matched_voice_is_near_its_recording(
    fitted: Shelf, engine: Formant, own: Recording
) -> None:
    """Pitch, its spread, pace and colour come near; the default voice is farther in each."""
    wanted = measure(wave_of(own.pcm), own.rate)
    colour = average_db(bands_db(wave_of(own.pcm), own.rate))
    found: list[list[float]] = []
    for digest in (own.digest, None):
        said = b"".join([(await heard(engine, Utterance(t, recording=digest)))[0] for t in TEXTS])
        got = measure(wave_of(said), 24_000)
        found.append(
            [
                1200 * abs(np.log2(got.pitch_hz / wanted.pitch_hz)),
                abs(got.spread_cents - wanted.spread_cents),
                abs(np.log(got.syllables_hz / wanted.syllables_hz)),
                distance_db(
                    average_db(bands_db(wave_of(said), 24_000)), colour, bandwidth_hz(colour)
                ),
            ]
        )
    assert found[0][0] < 70
    assert found[0][1] < 50
    assert found[0][2] < 0.2
    assert found[0][3] < 4.0
    assert found[0][0] < found[1][0]
    assert found[0][3] < found[1][3] - 2.0


async def test_matching_is_said(fitted: Shelf, engine: Formant) -> None:
    """The acknowledgement calls the voice matched, and the card has the ability."""
    assert Ability.MATCHING in engine.card().abilities
    _, _, started = await heard(engine, Utterance("Hello.", recording=MAN.digest))
    assert started.likeness is Likeness.MATCHED
    _, _, plain = await heard(engine, Utterance("Hello."))
    assert plain.likeness is Likeness.OWN


async def test_a_matched_clause_is_the_same_samples(fitted: Shelf, engine: Formant) -> None:
    """A matched clause is a function of its utterance and its recording, on any engine."""
    one = Utterance(TEXTS[0], recording=WOMAN.digest)
    first = await heard(engine, one)
    await heard(engine, Utterance("Something else."))
    assert await heard(engine, one) == first
    fresh = await open_engine(EngineOptions(workers=1, recordings=Shelf(WOMAN)))
    assert isinstance(fresh, Formant)
    try:
        assert await heard(fresh, one) == first
    finally:
        await fresh.aclose()


async def test_matching_moves_no_mark(fitted: Shelf, engine: Formant) -> None:
    """Every word is marked, in order, where the matched voice says it."""
    text = "The quick brown fox jumps over the lazy dog."
    pcm, marks, _ = await heard(engine, Utterance(text, recording=MAN.digest))
    assert [text[mark.start : mark.end] for mark in marks] == text.rstrip(".").split()
    samples = [mark.sample for mark in marks]
    assert samples == sorted(samples)
    assert samples[-1] < len(pcm) // 2


async def test_nothing_clips_and_no_voice_file_stays(fitted: Shelf, engine: Formant) -> None:
    """The level is that of the engine's own voices; the voice file lives only while it loads."""
    folder = engine.pool.folder / "data" / "voices" / "!v"
    before = sorted(folder.iterdir())
    for one in (MAN, WOMAN):
        pcm, _, _ = await heard(engine, Utterance(TEXTS[0], recording=one.digest))
        samples = np.frombuffer(pcm, np.int16).astype(float)
        loud = samples[np.abs(samples) > 300]
        assert 2_000 < np.sqrt(np.mean(loud**2)) < 5_500
        assert np.abs(samples).max() < 32_700
    assert sorted(folder.iterdir()) == before


async def test_a_recording_is_fitted_once(engine: Formant, shelf: Shelf) -> None:
    """Asks at one time share one fit; what was made is kept beside the recording."""
    utterance = Utterance("Hello.", recording=MAN.digest)
    await asyncio.gather(*(heard(engine, utterance) for _ in range(4)))
    assert shelf.asked == 1
    assert list(shelf.kept) == [(MAN.digest, engine.card().model)]
    engine.forget(MAN.digest)
    await heard(engine, utterance)
    assert shelf.asked == 1


async def test_a_spoilt_profile_is_made_anew(engine: Formant, shelf: Shelf) -> None:
    """What another revision kept is not trusted."""
    shelf.kept[MAN.digest, engine.card().model] = b"\x93\x00"
    await heard(engine, Utterance("Hello.", recording=MAN.digest))
    assert shelf.asked == 1
    assert len(shelf.kept[MAN.digest, engine.card().model]) > 1_000


async def test_a_forgotten_recording_is_unknown(engine: Formant, shelf: Shelf) -> None:
    """Once erased and forgotten, a voice no longer speaks."""
    await engine.prepare(MAN)
    await heard(engine, Utterance("Hello.", recording=MAN.digest))
    shelf.recordings.clear()
    shelf.kept.clear()
    engine.forget(MAN.digest)
    with pytest.raises(UnknownRecording):
        await heard(engine, Utterance("Hello.", recording=MAN.digest))


async def test_a_recording_without_a_voice_is_refused(engine: Formant) -> None:
    """Noise and silence cannot be matched, and the error says what to record."""
    noise = np.random.default_rng(1).normal(0, 3_000, 16_000 * 4).astype(np.int16).tobytes()
    for pcm in (noise, bytes(16_000 * 8), b""):
        with pytest.raises(InvalidRequest, match="record 3 to 10 seconds"):
            await engine.prepare(Recording(pcm, 16_000))


async def test_without_a_store_a_recording_is_unknown() -> None:
    """An engine that was given no recordings speaks with those it prepared, and no others."""
    engine = await open_engine(EngineOptions(workers=1))
    assert isinstance(engine, Formant)
    try:
        with pytest.raises(UnknownRecording):
            await heard(engine, Utterance("Hello.", recording=MAN.digest))
        await engine.prepare(MAN)
        assert (await heard(engine, Utterance("Hello.", recording=MAN.digest)))[0]
    finally:
        await engine.aclose()


def tones(pcm: bytes, marks: list[Mark]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The pitch in semitones at five points of every marked character; NaN where unvoiced."""
    hertz = melody(wave_of(pcm), 24_000).hertz
    edges = [*(mark.sample for mark in marks), len(pcm) // 2]
    at = [np.linspace(first, last, 5, endpoint=False) for first, last in pairwise(edges)]
    found = hertz[np.minimum(np.concatenate(at).astype(int) // 240, len(hertz) - 1)]
    return np.where(found > 0, 12 * np.log2(np.maximum(found, 1.0)), np.nan)


async def test_tones_keep_their_shape(fitted: Shelf, engine: Formant) -> None:
    """The Chinese melody runs as the default voice's does, character by character."""
    text = "今天下午我们去图书馆借几本新书。"
    plain = tones(*(await heard(engine, Utterance(text)))[:2])
    matched = tones(*(await heard(engine, Utterance(text, recording=WOMAN.digest)))[:2])
    both = ~(np.isnan(plain) | np.isnan(matched))
    assert both.mean() > 0.5
    assert np.corrcoef(plain[both], matched[both])[0, 1] > 0.8
    other = np.roll(matched, 10)
    both = ~(np.isnan(plain) | np.isnan(other))
    assert np.corrcoef(plain[both], other[both])[0, 1] < 0.6
