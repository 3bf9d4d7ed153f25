"""The flags, and the pages generated from the same source."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click
import pytest

from antiphon.cli.main import main
from antiphon.cli.options import MEANINGS, SERVING, default, flag, kind
from antiphon.settings import NAMES

ROOT = Path(__file__).parents[2]


def test_every_setting_has_a_meaning() -> None:
    """A new setting is explained where it is made a flag."""
    assert set(MEANINGS) == set(NAMES)
    assert all(meaning.endswith(".") for meaning in MEANINGS.values())


def test_every_setting_but_the_aliases_is_a_flag_of_serve() -> None:
    """Nobody lists them a second time."""
    serve = main.get_command(click.Context(main), "serve")
    assert serve is not None
    flags = {option for each in serve.params for option in each.opts}
    assert flags == {"--config", *(flag(name) for name in SERVING)}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("port", "integer"),
        ("data", "path"),
        ("model", "path"),
        ("workers", "integer"),
        ("stall_timeout_s", "seconds"),
        ("voice_aliases", "name=value,…"),
    ],
)
def test_a_value_is_described_by_its_type(name: str, shown: str) -> None:
    """Also where it may be left out."""
    assert kind(name) == shown


def test_defaults_are_the_same_words_on_every_machine() -> None:
    """The pages do not depend on whose home folder they were made in."""
    assert str(Path.home()) not in default("data")
    assert default("model") == ""
    assert default("port") == "7860"


def test_the_reference_pages_are_fresh() -> None:
    """`make docs` was run after the last change."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    assert reference.stale() == []
