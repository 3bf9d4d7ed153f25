"""Moods: named ones move as documented, and a recording's is carried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from antiphon.audio.analysis.framing import wave_of
from antiphon.audio.analysis.measures import Measures, measure
from antiphon.engines.formant.engine import Formant, open_engine
from antiphon.engines.formant.melodies import CHINESE, ENGLISH, Range, Shares, between, bounds
from antiphon.engines.formant.moods import MOODS, Mood, named
from antiphon.engines.registry import EngineOptions
from antiphon.speech import Ability, Audio, Call, Started, Style, Utterance
from antiphon.text.moods import MOODS as NAMES
from tests.engines.formant.references import FITTED, Shelf, recording

pytestmark = pytest.mark.anyio
TEXTS = (
    "The train from the north arrives at seven in the morning.",
    "My brother bought a blue jacket, and we talked about the weather all night.",
    "It is hard to say why the small dog was so afraid.",
)
WOMAN, LIVELY = recording("woman"), recording("woman-lively")


@pytest.fixture
async def engine() -> AsyncIterator[Formant]:
    """An engine with one worker that finds the recordings."""
    opened = await open_engine(
        EngineOptions(workers=1, recordings=Shelf(WOMAN, LIVELY, kept=FITTED))
    )
    assert isinstance(opened, Formant)
    yield opened
    await opened.aclose()


async def said(engine: Formant, style: Style, voice: str = "", own: str | None = None) -> bytes:
    """The samples of all texts."""
    pcm = bytearray()
    for text in TEXTS:
        utterance = Utterance(text, voice, own, style=style)
        async with engine.speak(utterance, Call("test")) as frames:
            async for frame in frames:
                pcm += frame.pcm if isinstance(frame, Audio) else b""
    return bytes(pcm)


async def spoken(
    engine: Formant, style: Style, voice: str = "", own: str | None = None
) -> tuple[Measures, float]:
    """The measures of all texts, and how long they take."""
    pcm = await said(engine, style, voice, own)
    return measure(wave_of(pcm), 24_000), len(pcm) / 48_000


@pytest.mark.parametrize("name", ["happy", "sad", "angry", "calm", "excited", "surprised"])
async def test_a_mood_moves_as_documented(engine: Formant, name: str) -> None:
    """Pitch range, energy and tempo go where the table says, farther with more strength."""
    mood = MOODS[name]
    steps = [
        await spoken(engine, Style(emotion=name, strength=strength), "tenor")
        for strength in (0.0, 0.5, 1.0)
    ]
    for expected, found in (
        (mood.pitch, [one.pitch_hz for one, _ in steps]),
        (mood.spread - 1, [one.spread_cents for one, _ in steps]),
        (mood.energy, [one.level_db for one, _ in steps]),
        (1 - mood.pace, [length for _, length in steps]),
    ):
        assert found == sorted(found, reverse=expected < 0)
        assert found[0] != found[2]


async def test_a_mood_of_no_strength_is_no_mood(engine: Formant) -> None:
    """At strength 0 and for "neutral" the samples are the plain ones."""
    plain = await said(engine, Style(), "tenor")
    assert await said(engine, Style(emotion="angry", strength=0.0), "tenor") == plain
    assert await said(engine, Style(emotion="neutral"), "tenor") == plain


async def test_a_whisper_has_no_voice(engine: Formant) -> None:
    """Hardly anything is periodic, and it is softer."""
    plain, _ = await spoken(engine, Style(), "alto")
    whispered, _ = await spoken(engine, Style(emotion="whisper"), "alto")
    assert whispered.breath_db < plain.breath_db - 8
    assert whispered.voiced_share < plain.voiced_share / 2
    assert whispered.level_db < plain.level_db - 5


async def test_energy_is_decibels(engine: Formant) -> None:
    """The engine does it by itself, as its card says."""
    assert {Ability.ENERGY, Ability.EMOTION} <= engine.card().abilities
    plain, _ = await spoken(engine, Style(), "tenor")
    soft, _ = await spoken(engine, Style(energy=-10.0), "tenor")
    assert soft.level_db == pytest.approx(plain.level_db - 10, abs=0.3)


async def test_a_mood_is_carried_from_a_recording(engine: Formant) -> None:
    """On the voice of its speaker it lands within a quarter of what the recording changed."""
    calm = measure(wave_of(WOMAN.pcm), WOMAN.rate)
    lively = measure(wave_of(LIVELY.pcm), LIVELY.rate)
    own, own_s = await spoken(engine, Style(), own=WOMAN.digest)
    moved, moved_s = await spoken(engine, Style(reference=LIVELY.digest), own=WOMAN.digest)
    half, half_s = await spoken(
        engine, Style(reference=LIVELY.digest, strength=0.5), own=WOMAN.digest
    )
    pitch = lively.pitch_hz / calm.pitch_hz
    assert moved.pitch_hz / own.pitch_hz == pytest.approx(pitch, rel=0.06)
    spread = lively.spread_cents / calm.spread_cents
    assert moved.spread_cents / own.spread_cents == pytest.approx(spread, rel=0.25)
    louder = lively.level_db - calm.level_db
    assert moved.level_db - own.level_db == pytest.approx(louder, rel=0.25)
    faster = lively.syllables_hz / calm.syllables_hz
    assert own_s / moved_s == pytest.approx(faster, rel=0.25)
    assert own.pitch_hz < half.pitch_hz < moved.pitch_hz
    assert own_s > half_s > moved_s


async def test_an_unknown_mood_is_named_as_ignored(engine: Formant) -> None:
    """Speech goes on, and the answer says which mood it does not know."""
    for style, expected in (
        (Style(emotion="hangry"), ("emotion hangry",)),
        (Style(emotion="Cheerful"), ()),
        (Style(emotion="hangry", reference=LIVELY.digest), ()),
    ):
        async with engine.speak(Utterance("Hi.", style=style), Call("a")) as frames:
            started = await anext(frames)
        assert isinstance(started, Started)
        assert started.ignored == expected


def test_every_mood_that_can_be_asked_for_has_its_sound() -> None:
    """The door's names and this engine's are the same, and synonyms are found in any case."""
    assert set(NAMES) == set(MOODS)
    assert named("Cheerful") == named("开心") == MOODS["happy"]
    assert named("hangry") is None


def test_half_a_mood_is_half_way() -> None:
    """Strength moves evenly: additively what is added, as a power what multiplies."""
    assert MOODS["excited"].at(0) == Mood()
    assert MOODS["excited"].at(1) == MOODS["excited"]
    assert MOODS["sad"].at(0.5).pace == pytest.approx(MOODS["sad"].pace ** 0.5)


@pytest.mark.parametrize("melody", [ENGLISH, CHINESE], ids=["english", "chinese"])
@pytest.mark.parametrize("wanted", [Range(110, 60), Range(205, 180), Range(150, 400)])
def test_bounds_give_the_range_they_were_made_for(melody: Shares, wanted: Range) -> None:
    """Where the voice does not run out of room below."""
    found = between(melody, *bounds(melody, wanted))
    assert found.median_hz == pytest.approx(wanted.median_hz, rel=1e-6)
    assert found.spread_cents == pytest.approx(wanted.spread_cents, rel=1e-6)


def test_a_range_too_wide_for_a_deep_voice_is_narrowed() -> None:
    """The deepest pitch stays above what espeak-ng can make; the median is kept."""
    low, high = bounds(CHINESE, Range(75, 450))
    assert low - 9 + CHINESE.deepest * (high - low) >= 47.9
    assert between(CHINESE, low, high).median_hz == pytest.approx(75)


def test_the_page_shows_the_table() -> None:
    """What `docs/explanation/moods.md` says of each mood is what the engine does."""
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "moods.md").read_text("utf-8")
    rows = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].startswith("`") and len(cells) == 7:
            numbers = [float(cell.replace("−", "-").lstrip("×+ ")) for cell in cells[1:6]]
            rows[cells[0].strip("`")] = numbers
    assert rows == {
        name: [mood.pitch, mood.spread, mood.energy, mood.pace, mood.pause]
        for name, mood in MOODS.items()
    }
