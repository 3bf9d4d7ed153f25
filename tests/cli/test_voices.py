"""`antiphon voices`: who can speak, for a person and for a program."""

from __future__ import annotations

import json

from click.testing import CliRunner

from antiphon.cli.main import main
from antiphon.cli.tables import table


def test_a_program_reads_json() -> None:
    """The entries are those of `GET /v1/audio/voices`."""
    done = CliRunner().invoke(main, ["voices", "--engine", "tone", "--json"])
    assert done.exit_code == 0
    low, high = json.loads(done.stdout)
    assert (low["name"], low["description"], low["languages"]) == (
        "low",
        "a tone of 220 Hz",
        ["en", "zh"],
    )
    assert "alloy" in low["aliases"]
    assert high["aliases"] == []


def test_a_person_reads_a_table() -> None:
    """One line for each voice under a heading."""
    done = CliRunner().invoke(main, ["voices", "--engine", "tone"])
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", "low", "high"]


def test_an_engine_that_is_not_there_is_told_with_the_nearest_that_is() -> None:
    """Exit status 2: the operator can mend it."""
    done = CliRunner().invoke(main, ["voices", "--engine", "tune"])
    assert done.exit_code == 2
    assert "did you mean 'tone'? (engine_missing)" in done.stderr


def test_columns_line_up_in_chinese_too() -> None:
    """A Chinese character takes two columns of a terminal."""
    lines = table(("A", "B"), [("你好", "x"), ("abcd", "y")]).splitlines()
    assert lines == ["A     B", "你好  x", "abcd  y"]
