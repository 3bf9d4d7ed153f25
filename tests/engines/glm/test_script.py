"""Texts cut to fit, what joins a prompt, and what travels between engines."""

from __future__ import annotations

import pytest

from antiphon.engines.glm.config import Specials
from antiphon.engines.glm.memory import recalled, remembered
from antiphon.engines.glm.prompt import Said
from antiphon.engines.glm.script import MOST_TEXT_IDS, Part, Script, ignored
from antiphon.engines.glm.splitting import fitting
from antiphon.errors import InvalidRequest, NothingToSay
from antiphon.speech import Style, Utterance

SPECIALS = Specials(first_audio=240, last_audio=399, begin=207, end=200, pad=193)
PART = Part(Said((5, 6), (1, 2, 3)), "somebody")
LONG = "她说，今天的天气真好。我们去公园吧！" * 40


class Letters:
    """One id a character."""

    def encode(self, text: str) -> list[int]:
        """Its code point, folded into the text ids."""
        return [ord(letter) % 190 for letter in text]


SCRIPT = Script(Letters(), SPECIALS, 8192)


def test_a_text_that_fits_is_one_piece() -> None:
    """It is closed with a full stop where it has no mark, in its own script."""
    assert SCRIPT.pieces("hello", PART) == [tuple(Letters().encode("hello."))]
    assert SCRIPT.pieces("你好", PART) == [tuple(Letters().encode("你好。"))]
    assert SCRIPT.pieces("What?", PART) == [tuple(Letters().encode("What?"))]


def test_a_long_text_is_split_and_nothing_of_it_is_lost() -> None:
    """No piece is beyond the bound, and together they are the text."""
    pieces = SCRIPT.pieces(LONG, PART)
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= MOST_TEXT_IDS
    assert [one for piece in pieces for one in piece] == Letters().encode(LONG)


def test_cuts_are_where_a_speaker_breathes() -> None:
    """A sentence's end before a comma, a comma before a space, and a text without any anywhere."""
    assert fitting("one two. three, four", len, 12) == ["one two.", " three, four"]
    assert fitting("one two, three four", len, 12) == ["one two,", " three four"]
    assert fitting("one two three four", len, 12) == ["one two ", "three four"]
    assert fitting("abcdefgh", len, 4) == ["abcd", "efgh"]


def test_no_cut_goes_through_a_phoneme() -> None:
    """Where there is nothing better, a cut lies between two of them."""
    text = "<|CH|><|ONG2|><|Q|><|ING4|>" * 6
    pieces = fitting(text, len, 30)
    assert "".join(pieces) == text
    assert all(piece.startswith("<|") and piece.endswith("|>") for piece in pieces)


def test_no_job_can_reach_the_end_of_the_positions() -> None:
    """Prefix and longest answer fit into what the model can count to, whatever was said before."""
    earlier = [Said(tuple(range(90)), tuple(range(150))) for _ in range(5)]
    script = Script(Letters(), SPECIALS, 1_000)
    for ids in script.pieces(LONG, PART):
        job, kept = script.job(ids, PART, earlier, 0)
        assert len(job.prefix) + job.bounds.most <= 1_000
        assert len(kept) < 5


def test_nothing_and_too_long_a_recording_are_told() -> None:
    """Marks alone say nothing; a recording that fills the positions leaves no room."""
    with pytest.raises(NothingToSay):
        SCRIPT.pieces("。 ，", PART)
    with pytest.raises(InvalidRequest, match="too long"):
        Script(Letters(), SPECIALS, 300).pieces("hello", PART)


def test_what_was_said_travels_as_bytes() -> None:
    """An engine of the same model reads it back; another model, or another version, nothing."""
    pieces = tuple(Said((k,), tuple(range(300))) for k in range(4))
    data = remembered("glm-1", pieces)
    assert recalled(data, "glm-1") == pieces[-2:]  # 750 tokens hold no more
    assert recalled(data, "glm-2") == ()
    assert recalled(b"", "glm-1") == recalled(b"\x00", "glm-1") == ()


def test_what_cannot_be_done_is_told() -> None:
    """A mood by name and a pitch; a mood from a recording can."""
    asked = Utterance("a", style=Style(emotion="glad", pitch=2), pronunciations=(("a", "b"),))
    assert ignored(asked) == ("emotion glad", "pitch")
    assert ignored(Utterance("a", style=Style(emotion="glad", reference="d"))) == ()
