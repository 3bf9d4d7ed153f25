"""Text to clauses, and clauses to one stream of audio."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import pytest

from antiphon.errors import BadText, EngineFailed, NothingToSay
from antiphon.pipeline.phrased import Phrased
from antiphon.speech import (
    Ability,
    Audio,
    Call,
    Finished,
    Frame,
    Passage,
    Started,
    Style,
    Utterance,
    digest,
)
from antiphon.text.normalization import Spoken, normalize
from tests.speakers import CARD, Counting

pytestmark = pytest.mark.anyio
TEXT = "One is here. Two is there. 三在这里。"


class Inline:
    """A normalizer that works in this process."""

    async def normalize(self, text: str, language: str | None, respell: bool) -> Spoken:
        """The spoken form."""
        return normalize(text, language)


async def spoken(engine: Counting, utterance: Utterance) -> list[Frame]:
    """Everything a phrased engine says."""
    async with Phrased(engine, Inline(), CARD).speak(utterance, Call("a")) as frames:
        return [frame async for frame in frames]


async def test_one_start_one_end_and_the_clauses_between() -> None:
    """However many clauses, a listener hears one utterance with honest counts."""
    engine = Counting(frames=3, samples=10)
    frames = await spoken(engine, Utterance(TEXT, voice="high"))
    assert isinstance(frames[0], Started)
    assert sum(isinstance(frame, Started) for frame in frames) == 1
    assert frames[-1] == Finished(characters=len(TEXT), samples=90, clauses=3)
    assert "".join(one.whole for one in engine.asked) == TEXT
    assert {one.voice for one in engine.asked} == {"high"}


async def test_each_clause_follows_the_one_before() -> None:
    """The chain of passages names what was said, and every clause has its seed written down."""
    engine = Counting()
    await spoken(engine, Utterance(TEXT))
    first, second, third = engine.asked
    assert first.follows is None
    assert second.follows == Passage(first.whole, digest(first))
    assert third.follows == Passage(second.whole, digest(second))
    assert all(one.seed is not None for one in engine.asked)


async def test_marks_point_into_the_written_text() -> None:
    """Marks count samples from the start of the whole and letters of what was written."""
    engine = Counting(frames=2, samples=10)
    frames = await spoken(engine, Utterance(TEXT))
    marks = [mark for frame in frames if isinstance(frame, Audio) for mark in frame.marks]
    assert [TEXT[mark.start : mark.end] for mark in marks] == [
        one.whole.strip() for one in engine.asked
    ]
    assert [mark.sample for mark in marks] == [0, 20, 40]


async def test_marks_leave_pictures_out() -> None:
    """An emoji that is not spoken belongs to no word."""
    text = "😀 hello there."
    frames = await spoken(Counting(), Utterance(text))
    (mark,) = [mark for frame in frames if isinstance(frame, Audio) for mark in frame.marks]
    assert text[mark.start : mark.end] == "hello there."


async def test_arriving_text_makes_the_same_clauses() -> None:
    """Letter by letter or whole, the clauses asked for are the same."""
    whole, arriving = Counting(), Counting()

    async def letters() -> AsyncIterator[str]:
        for letter in TEXT:
            yield letter

    await spoken(whole, Utterance(TEXT))
    await spoken(arriving, Utterance(letters()))
    assert whole.asked == arriving.asked


async def test_an_empty_piece_speaks_what_there_is() -> None:
    """A flush makes a clause of an unfinished sentence before more text comes."""
    engine = Counting()
    heard = anyio.Event()

    async def pieces() -> AsyncIterator[str]:
        yield "Hello there"
        yield ""
        await heard.wait()
        yield " friend."

    async with Phrased(engine, Inline(), CARD).speak(Utterance(pieces()), Call("a")) as frames:
        async for frame in frames:
            if isinstance(frame, Audio):
                heard.set()
    assert [one.whole.strip() for one in engine.asked] == ["Hello there", "friend."]


async def test_what_grows_is_cut_again() -> None:
    """A clause that becomes long when its numbers are read is asked for in parts."""
    engine = Counting()
    text = "$9,999,999.99 " * 12
    frames = await spoken(engine, Utterance(text))
    assert len(engine.asked) > 3
    assert max(len(one.whole) for one in engine.asked) <= 180
    finished = frames[-1]
    assert isinstance(finished, Finished)
    assert finished.characters == len(text)


async def test_text_that_arrives_is_checked_too() -> None:
    """A character that cannot be spoken is an error in any piece, never a silent loss."""

    async def pieces() -> AsyncIterator[str]:
        yield "One. "
        yield "T\0wo."

    with pytest.raises(BadText):
        await spoken(Counting(), Utterance(pieces()))


async def test_nothing_to_say_is_said_so() -> None:
    """Text without a word in it is an error, not silence."""
    for text in ("", "  \n", "...", "—?!"):
        with pytest.raises(NothingToSay):
            await spoken(Counting(), Utterance(text))


async def test_an_engine_that_stops_early_is_found_out() -> None:
    """A clause without its end is a failure, never a shorter answer."""

    class Stopping(Counting):
        async def _frames(self, utterance: Utterance):  # type: ignore[no-untyped-def]
            yield Started("counting", "counting-1", 24_000)

    with pytest.raises(EngineFailed):
        await spoken(Stopping(), Utterance(TEXT))


async def test_a_slow_listener_holds_no_slot() -> None:
    """A listener who stops taking audio lets the clause finish and the next one wait."""
    engine = Counting(frames=100, samples=2_400)  # 10 s a clause
    async with Phrased(engine, Inline(), CARD).speak(Utterance(TEXT), Call("a")) as frames:
        async for frame in frames:
            if isinstance(frame, Audio):
                break
        await anyio.wait_all_tasks_blocked()
        assert engine.inside == 0
        assert len(engine.asked) == 1
        rest = [frame async for frame in frames]
    assert isinstance(rest[-1], Finished)
    assert len(engine.asked) == 3


async def test_an_error_below_comes_out_bare_after_the_audio_before_it() -> None:
    """What was made before a failure is heard, then the failure is told as it is."""
    engine = Counting(frames=4)
    engine.fail_at, engine.failure = 2, EngineFailed("broken")
    heard = 0
    with pytest.raises(EngineFailed):
        async with Phrased(engine, Inline(), CARD).speak(Utterance(TEXT), Call("a")) as frames:
            async for frame in frames:
                heard += isinstance(frame, Audio)
    assert heard == 2
    assert engine.inside == 0


async def test_pauses_are_silence_that_counts() -> None:
    """A break before, between and after clauses is heard, left at any frame, and counted."""
    engine = Counting(frames=2, samples=10)
    text = "<speak><break time='100ms'/>One.<break time='500ms'/>Two.<break time='1s'/></speak>"
    frames = await spoken(engine, Utterance(text))
    audio = [frame for frame in frames if isinstance(frame, Audio)]
    assert isinstance(frames[0], Started)
    silent = sum(frame.samples for frame in audio if not any(frame.pcm))
    assert silent == round(24_000 * 1.6)
    assert max(frame.samples for frame in audio) <= 4_800
    finished = frames[-1]
    assert isinstance(finished, Finished)
    assert finished.samples == silent + 40
    marks = [mark for frame in audio for mark in frame.marks]
    assert [text[mark.start : mark.end] for mark in marks] == ["One.", "Two."]
    assert [mark.sample for mark in marks] == [2_400, 2_400 + 20 + 12_000]


async def test_what_the_engine_cannot_is_done_to_its_audio() -> None:
    """An engine of one pace is stretched, one without energy made louder, marks move along."""
    engine = Counting(frames=10, samples=2_400)
    style = Style(pace=2.0, energy=-6.0206)
    frames = await spoken(engine, Utterance("One.", style=style))
    assert engine.asked[0].style == Style()
    audio = b"".join(frame.pcm for frame in frames if isinstance(frame, Audio))
    assert abs(len(audio) // 2 - 12_000) < 1_200
    finished = frames[-1]
    assert isinstance(finished, Finished)
    assert finished.samples == len(audio) // 2


async def test_the_card_decides_who_does_it() -> None:
    """An engine that can is asked; beyond its range the rest is stretched."""
    able = replace(CARD, paces=(0.5, 2.0), abilities=frozenset({Ability.ENERGY}))
    engine = Counting(card=able)
    style = Style(pace=3.0, energy=-3.0)
    async with Phrased(engine, Inline(), able).speak(
        Utterance("One.", style=style), Call("a")
    ) as frames:
        async for _ in frames:
            pass
    assert engine.asked[0].style == Style(pace=2.0, energy=-3.0)


async def test_marks_of_manner_reach_the_engine() -> None:
    """Prosody and language in the text become the style and language of the clause."""
    engine = Counting()
    text = (
        "<speak>One.<prosody pitch='+2st'>Two.</prosody><lang xml:lang='fr'>Trois.</lang></speak>"
    )
    frames = await spoken(engine, Utterance(text, language="en"))
    assert [one.style.pitch for one in engine.asked] == [0, 2, 0]
    assert [one.language for one in engine.asked] == ["en", "en", "fr"]
    assert isinstance(frames[0], Started)


async def test_a_mood_marked_in_the_text_is_the_clause_s_own() -> None:
    """It wins over the mood and the recording of the whole, with its own strength if it has one."""
    engine = Counting()
    style = Style("sad", reference="f" * 64, strength=0.5)
    text = "One. [[style:happy 0.8]]Two. [[style:calm]]Three. [[style:]]Four."
    await spoken(engine, Utterance(text, style=style))
    assert [one.style for one in engine.asked] == [
        style, Style("happy", strength=0.8), Style("calm", strength=0.5), style,
    ]  # fmt: skip


async def test_pronunciations_are_told_to_an_engine_that_takes_them() -> None:
    """Each clause with the readings of its own words; what is written instead is done above it."""
    able = replace(CARD, abilities=frozenset({Ability.PRONUNCIATIONS}))
    engine = Counting(card=able)
    pairs = (("六安", "lu4 an1"), ("GIF", "jif"), ("台州", "tai1 zhou1"))
    utterance = Utterance("他去六安。他有GIF。", pronunciations=pairs)
    async with Phrased(engine, Inline(), able).speak(utterance, Call("a")) as frames:
        async for _ in frames:
            pass
    assert [(one.whole, one.pronunciations) for one in engine.asked] == [
        ("他去六安。", (("六安", "lu4 an1"),)),
        ("他有jif。", ()),
    ]


async def test_markup_passed_over_is_listed_as_ignored() -> None:
    """The listener is told what was not honoured."""
    frames = await spoken(Counting(), Utterance("<speak><emphasis>One.</emphasis></speak>"))
    assert isinstance(frames[0], Started)
    assert frames[0].ignored == ("ssml:emphasis",)
