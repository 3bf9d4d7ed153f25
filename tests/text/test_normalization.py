"""The facts of `normalization`."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.text.normalization import (
    Spoken,
    needs_normalizing,
    normalize,
    unchanged,
)

TABLE = Path(__file__).with_name("normalization.tsv").read_text("utf-8").splitlines()


@pytest.mark.parametrize("row", [row for row in TABLE if not row.startswith("#")])
def test_reading(row: str) -> None:
    """Digits and symbols are written out as they are spoken, and nothing around them changes."""
    language, written, said = row.split("\t")
    assert normalize(written, None if language == "-" else language).text == said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "今天天气很好，Hello “World”！\n"),
        ("zh", "哪儿呢？嗯，這是ＡＢＣ……"),
        ("zh", "好呀~"),
        ("en", "Mr. MiXeD CaSe, don't — etc. \\"),
        ("en", "and/or"),
        ("fr", "J'ai 3 chats et 2,5 €"),
        ("de", "Um 15:30 Uhr"),
        ("ja", "東京2020"),
        (None, "東京タワーは333mです"),
        ("ru", "Windows 10 и 5 котов"),
        ("yue", "我有3個"),
        (None, "नमस्ते १२३"),
        ("en", "5" * 5000),
        ("zh", ""),
    ],
)
def test_left_alone(language: str | None, text: str) -> None:
    """Plain prose, other languages and what cannot be read come back as they were written."""
    assert normalize(text, language) == unchanged(text)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("你好，Hello! 一二三", False),
        ("– “quoted” … (x) don't", False),
        ("α βγ", True),
        ("αβγ", False),
        ("α粒子", True),
        ("5", True),
        ("٣", True),
        ("①", True),
        ("x²", True),
        ("A&B", True),
        ("100％", True),
    ],
)
def test_needs_normalizing(text: str, needs: bool) -> None:
    """Only digits and symbols that are read aloud need normalizing."""
    assert needs_normalizing(text) is needs


def test_origins() -> None:
    """Every spoken character knows where it stands in the source, a number as a whole."""
    spoken = normalize("共1,000人，hi", "zh")
    assert spoken == Spoken("共一千人，hi", (0, 1, 1, 6, 7, 8, 9, 10))
    spoken = normalize("I paid $12.50 today", "en")
    start = spoken.text.index(" twelve")
    end = spoken.text.index(" today")
    assert spoken.text[start:end] == " twelve dollars and fifty cents"
    assert set(spoken.origins[start:end]) == {len("I paid")}
    assert spoken.origins[end] == len("I paid $12.50")


TEXTS = st.lists(
    st.sampled_from(
        [
            *"XVI√^😀\ufe0f0159 %℃¥$€+=<>/@#&×÷~-.,:;'\"\\[](){}|^*_²½①㎡αΩ。，！\n\t",
            *re.split(
                " ",
                "你好 今天 hello World don't Dr. 3.5 1,000 3:30 2024-01-05 5km Henry www.a.b May"
                " RTX 302室 10-5 a_1.pdf $5.05 привет かな",
            ),
        ]
    )
    | st.characters(),
    max_size=24,
).map("".join)


@given(TEXTS, st.sampled_from([None, "zh", "en", "fr"]))
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost(text: str, language: str | None) -> None:
    """Any text is normalized; words that touch no digit or symbol survive, in their order."""
    spoken = normalize(text, language)
    assert len(spoken.origins) == len(spoken.text) + 1
    assert spoken.origins[-1] == len(text)
    assert all(0 <= one <= two <= len(text) for one, two in pairwise(spoken.origins))
    words, at = ["", *text.split(), ""], 0
    for before, word, after in zip(words, words[1:], words[2:], strict=False):
        if not needs_normalizing(f"{before} {word} {after}"):
            at = spoken.text.index(word, at) + len(word)


@given(TEXTS, st.sampled_from([None, "zh", "en"]))
@settings(max_examples=200, deadline=None)
def test_what_is_replaced_is_spoken(text: str, language: str | None) -> None:
    """Numbers are never dropped: where digits stood, something is said."""
    spoken = normalize(text, language)
    for found in re.finditer("[0-9]+", text):
        assert any(
            found.start() <= origin < found.end() or start <= found.start() < end
            for origin, (start, end) in zip(spoken.origins, pairwise(spoken.origins), strict=False)
        ), (text, spoken)


def test_long_text_takes_bounded_time() -> None:
    """No text makes the rules go round in circles; this takes as long as its characters do."""
    for piece in ("1-", "a_1.", "$1,", "😀\ufe0f", "X ", "+86 1", "(5) ", "1'", "www.a", "^2"):
        normalize(piece * 300, "en")
        normalize(piece * 300, "zh")


@pytest.mark.parametrize("text", ["😀", "🎉🎉 ", "👨‍👩‍👧"])
def test_only_emoji(text: str) -> None:
    """A text of nothing but emoji stays, for there would be nothing left of it."""
    assert normalize(text, "en") == unchanged(text)


def test_the_import_is_light() -> None:
    """Importing the module loads neither wetext nor what starts processes."""
    script = (
        "import sys, antiphon.text.normalization\n"
        "print(*{'wetext', 'kaldifst', 'multiprocessing'} & set(sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=15, check=True
    )
    assert ended.stdout.strip() == ""
