"""The facts of `segmentation`."""

from __future__ import annotations

import re
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.text.segmentation import (
    Clause,
    ClausePlan,
    Segmenter,
    speakable,
    width,
)

SMALL = ClausePlan(first=6, soft=12, most=24)
TEXTS = st.lists(
    st.sampled_from(
        [
            *"你好世界abcXYZ0159 \n\t",
            *"。！？!?；;…,，、:：.“”’\"')）】「」-%$/@=",
            *"😀👍🏽🇨🇳é\u0301\u200dกा한あ",
            *re.split(" ", "3.5 1,000 3:30 v1.2.3 https://a.b/c?d=1 e.g. U.S. Dr. No. etc. ..."),
            "今天天气很好",
            "hello world",
        ]
    )
    | st.characters(),
    max_size=80,
).map("".join)


def cut(text: str, plan: ClausePlan | None = None) -> list[Clause]:
    """The clauses of a whole text."""
    segmenter = Segmenter(plan)
    return segmenter.feed(text) + segmenter.flush()


def texts(text: str, plan: ClausePlan | None = None) -> list[str]:
    """What the clauses of a text say."""
    return [clause.text for clause in cut(text, plan)]


@pytest.mark.parametrize(
    "parts",
    [
        ["你好。", "再见！", "真的？！", "好吧……", "行；", "完"],
        ["他说：“你好。”", "然后走了。"],
        ["（真的！）", "「好。」", "走"],
        ["One.", " Two!", " What?!", " Three...", " four"],
        ['He said "Hi."', " Then left."],
        ["Wait...", "what?"],
        ["等等……", "什么？"],
        ["Line one\n", "line two\n\n", "“Line” three"],
        ["one\n", '"two," she said.\n', '"three"'],
        ["你好.", "再见"],
        ["1. First\n", "2. Second.", " (3) third"],
        ["Go to https://a.example/b?c=1;d!", " Now."],
        ["See example.com for v1.2.3, or 3.5.", " Yes."],
        ["Mr. Smith and Dr. J. K. Lee of the U.S. Army."],
        ["Say this, e.g. that, i.e. those vs. St. Paul."],
        ["Stop‼️", "再见"],
        ["It is 5 p.m.", " She left at 6 a.m. and slept."],
        ["Apples, etc. and pears, etc.", " Then more."],
        ["See No. 5.", " No.", " I will not."],
        ["if a != b then"],
        ["जय हो।", " नमस्ते।"],
        ["مرحبا؟", " نعم۔"],
    ],
)
def test_hard_ends(parts: list[str]) -> None:
    """Clauses end at full stops and lines, not at abbreviations, decimals or URLs."""
    assert texts("".join(parts)) == parts


def test_offsets_are_of_the_whole_text() -> None:
    """A clause says where it stands, so that a word mark can be placed in the source."""
    assert cut("你好。 Hi! ") == [Clause("你好。", 0), Clause(" Hi!", 3)]


def test_the_first_clause_ends_early() -> None:
    """The first clause ends at a comma once wide enough, later ones only when wider."""
    plan = ClausePlan(first=9, soft=30, most=60)
    text = "今天天气，今天天气，今天天气，今天天气，今天天气，好"
    assert texts(text, plan) == ["今天天气，", "今天天气，今天天气，", "今天天气，今天天气，", "好"]


@pytest.mark.parametrize(
    "number", ["1,000,000", "13:30:45", "1，000", "3：30", "key:value", "http://a"]
)
def test_numbers_are_not_cut_at_commas(number: str) -> None:
    """A comma or colon inside of a number or a URL is not a pause."""
    assert texts(f"abc abc {number}, abc", ClausePlan(first=1, soft=1, most=40)) == [
        f"abc abc {number},",
        " abc",
    ]


def test_too_wide_is_cut_at_a_space() -> None:
    """A clause without marks is cut at the last space before it is too wide."""
    assert texts("aaaa bbbb cccc dddd eeee ffff", SMALL) == ["aaaa bbbb cccc dddd ", "eeee ffff"]


def test_too_wide_without_spaces_is_cut_between_words() -> None:
    """Where there is no space, Latin words and numbers stay whole."""
    assert texts("我们在北京用WeTextProc写诗", SMALL) == ["我们在北京用", "WeTextProc写诗"]
    assert texts("一二三四五六1,000.50七", SMALL) == ["一二三四五六", "1,000.50七"]


@pytest.mark.parametrize("unit", ["e\u0301\u0302", "🇨🇳", "👩\u200d👩\u200d👧", "👍🏽"])
def test_characters_are_not_cut_in_two(unit: str) -> None:
    """A cut never parts what is drawn as one character."""
    whole = "a" + unit * 40 + "a"
    for text in texts(whole, SMALL):
        assert text.strip("a") == unit * (len(text.strip("a")) // len(unit))


def test_nothing_to_say() -> None:
    """Text without anything speakable has no clause, and none is made of marks alone."""
    assert texts("。。。 ——  😀 \n") == []
    assert texts("... 。。 你好。 ！！ ") == ["... 。。 你好。"]
    assert texts("-" * 500 + "hi")[0].endswith("hi")
    assert texts("$ %") == ["$ %"]


@given(TEXTS, st.lists(st.integers(0, 200), max_size=12), st.sampled_from([SMALL, ClausePlan()]))
@settings(max_examples=400, deadline=None)
def test_cuts_do_not_depend_on_the_pieces(text: str, places: list[int], plan: ClausePlan) -> None:
    """However a text is split into pieces, its clauses are the same."""
    ends = [*sorted(min(place, len(text)) for place in places), len(text)]
    whole = cut(text, plan)
    for pieces in ([text[a:b] for a, b in pairwise([0, *ends])], text):
        segmenter = Segmenter(plan)
        assert [c for piece in pieces for c in segmenter.feed(piece)] + segmenter.flush() == whole


@given(TEXTS, st.sampled_from([SMALL, ClausePlan(), ClausePlan(1, 1, 12)]))
@settings(max_examples=400, deadline=None)
def test_nothing_is_lost(text: str, plan: ClausePlan) -> None:
    """Clauses are speakable, no wider than the plan, in order; only the unspeakable is left out."""
    at = 0
    for clause in cut(text, plan):
        assert not speakable(text[at : clause.start])
        assert text[clause.start :].startswith(clause.text)
        assert speakable(clause.text)
        assert width(clause.text) <= plan.most
        at = clause.start + len(clause.text)
    assert not speakable(text[at:])


@given(TEXTS)
@settings(deadline=None)
def test_short_gaps_do_not_arise(text: str) -> None:
    """Clauses follow one another without gaps while no long run of marks stands between."""
    at = 0
    for clause in cut(text, ClausePlan(first=360, soft=360, most=720)):
        assert clause.start == at
        at += len(clause.text)


@given(TEXTS)
@settings(deadline=None)
def test_a_cut_does_not_part_a_combining_mark(text: str) -> None:
    """No clause begins with a combining mark, but at the beginning of a line."""
    for clause in cut(text, ClausePlan(first=60, soft=60, most=120)):
        begins = unicodedata.category(clause.text[0]) in ("Mn", "Mc", "Me")
        assert not begins or clause.start == 0 or text[clause.start - 1].isspace()


@pytest.mark.parametrize(
    "unit",
    [
        "今天hello 3.5，",
        "好",
        "x",
        "a. ",
        " ",
        ".",
        "etc. ",
        "a!",
        "\u0301",
        "a\u0301" * 3,
        "好" + "x" * 177,
    ],
)
def test_long_texts_take_linear_time(unit: str) -> None:
    """A hundred thousand characters take under a second, whole or one by one, in little memory."""
    text = (unit * 100_000)[:100_000]
    begun = time.perf_counter()
    whole = cut(text)
    segmenter, found = Segmenter(), list[Clause]()
    for char in text:
        found += segmenter.feed(char)
        assert len(segmenter._rest) <= 181
    assert found + segmenter.flush() == whole
    assert time.perf_counter() - begun < 3


def test_a_plan_must_be_able_to_close() -> None:
    """A plan whose widths contradict one another is refused."""
    with pytest.raises(ValueError, match="first <= soft"):
        ClausePlan(first=40, soft=20)


def cut_pieces(*pieces: str) -> list[Clause]:
    """All clauses of a text that comes in pieces; an empty one means: say what there is."""
    segmenter = Segmenter()
    found = [
        clause
        for piece in pieces
        for clause in (segmenter.feed(piece) if piece else segmenter.flush())
    ]
    return found + segmenter.flush()


def test_a_flush_says_what_there_is() -> None:
    """Offsets go on counting after it."""
    found = cut_pieces("你好", "，世", "", "", "界。再", "见")
    assert found == [Clause("你好，世", 0), Clause("界。", 4), Clause("再见", 6)]


def test_a_flush_keeps_what_cannot_be_spoken_for_the_next() -> None:
    """What holds nothing speakable waits for its neighbour when the writer pauses."""
    found = cut_pieces("Hi! ", "", " “", "", "Yes”")
    assert found == [Clause("Hi!", 0), Clause("  “Yes”", 3)]


def test_whole_and_arriving_text_are_cut_alike() -> None:
    """Whole and arriving text give the same clauses."""
    text = "今天是 3.5 度，Dr. Smith 说 hello. 再见！" * 200
    assert cut_pieces(text) == cut_pieces(*text) == cut(text)
