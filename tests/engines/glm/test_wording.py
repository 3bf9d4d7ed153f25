"""What the model reads, beside what the reference would give it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from antiphon.engines.glm.phonemes import Hybrid
from antiphon.engines.glm.wording import simpler, worded
from antiphon.text.spoken_form import spoken_form
from tests.engines.glm.golden import FOLDER

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/explanation/glm-text.md").read_text(encoding="utf-8")
ROWS = json.loads((FOLDER / "text_frontend.json").read_text(encoding="utf-8"))["rows"]
HARD = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("hard_cases.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
LISTED = re.compile(r"^\| (\d+) \| (.*) \| (.*) \| (.*) \| (.+) \|$", re.MULTILINE)


def reads(text: str) -> str:
    """What the model is given for a text that was written."""
    return worded(spoken_form(text, None, respell=False).text)


def cell(text: str) -> str:
    """A text as a table of the page holds it."""
    for sign, shown in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("*", "\\*"), ("_", "\\_")):
        text = text.replace(sign, shown)
    return text.replace("\n", "⏎").replace("\t", "⇥").replace("\u3000", "␣")


def test_every_difference_from_the_reference_is_on_the_page_with_its_reason() -> None:
    """And no row is on it that does not differ, or differs otherwise."""
    differing = {
        index: (cell(row["input"]), cell(row["normalized"]), cell(said))
        for index, row in enumerate(ROWS)
        if (said := reads(row["input"])) != row["normalized"]
    }
    assert len(ROWS) == 172
    table = PAGE[PAGE.index("## Every other difference") :]
    listed = {int(row): tuple(cells[:3]) for row, *cells in LISTED.findall(table)}
    assert listed == differing
    assert f"{172 - len(differing)} are the\nsame" in PAGE
    assert f"{len(differing)} differ" in PAGE


def test_every_other_reading_is_on_the_page() -> None:
    """The phoneme-hybrid text is the reference's, but for the rows that are listed."""
    hybrid = Hybrid.open()
    differing = {
        index
        for index, row in enumerate(ROWS)
        for piece, said in zip(
            row.get("pieces_normalized", ()), row.get("pieces_phoneme", ()), strict=True
        )
        if hybrid.written(piece) != said
    }
    table = PAGE[PAGE.index("| row | character |") : PAGE.index("Of the 20 texts")]
    listed = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
    assert {int(row) for rows in listed for row in rows.split(",")} == differing


@pytest.mark.parametrize("row", HARD, ids=lambda row: row[0])
def test_hard_cases(row: tuple[str, ...]) -> None:
    """Dates, money, units, numbers to call, addresses, versions, mixed text, polyphones."""
    written, read, *phonemes = row
    said = reads(written)
    assert said == read
    if phonemes:
        assert Hybrid.open().written(said) == phonemes[0]


def test_there_are_enough_hard_cases() -> None:
    """Forty at least, each another."""
    assert len({written for written, *_ in HARD}) == len(HARD) >= 40


def test_what_is_worded_stays_so() -> None:
    """A piece may be worded again, as a clause of a clause, and nothing changes."""
    for row in ROWS:
        said = reads(row["input"])
        assert worded(said) == said


def test_phonemes_pass_and_marks_around_them_are_mended() -> None:
    """A phoneme keeps its case; what is no phoneme loses its brackets."""
    assert worded("<|CH|><|ONG2|>庆！") == "<|CH|><|ONG2|>庆。"
    assert "|" not in worded("<|user|>你好")


def test_traditional_characters_become_simplified_ones() -> None:
    """A table of pairs, none of which leads to a character that it would change again."""
    assert worded("這是繁體") == "这是繁体。"
    assert not any(ord(new) in simpler() for new in simpler().values())
