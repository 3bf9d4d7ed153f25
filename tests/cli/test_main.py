"""The command line as a whole: light to start, and one line for every situation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from antiphon import __version__
from antiphon.cli.exits import OutputFailed
from antiphon.cli.main import VERBS, main
from antiphon.errors import BadSetting, NothingToSay, SpeechError
from tests.cli.running import antiphon, environment

HEAVY = ("starlette", "uvicorn", "numpy", "av", "soxr", "wetext", "anyio", "asyncio", "openai")


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """Asking what there is takes no longer than it must."""
    program = f"""
import sys
from antiphon.cli.main import main
main(["--help"], standalone_mode=False)
main(["speak", "--help"], standalone_mode=False)
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().endswith("loaded: []\n")


def test_help_names_every_verb() -> None:
    """What is not listed is not found."""
    shown = CliRunner().invoke(main, ["--help"]).stdout
    assert all(f"\n  {verb} " in shown for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    """Each has a sentence, and each of its options too."""
    command = main.get_command(click.Context(main), verb)
    assert command is not None
    assert command.help
    assert all(p.help for p in command.params if isinstance(p, click.Option))


def test_the_version_is_the_packages() -> None:
    """`--version` says which one this is."""
    assert __version__ in CliRunner().invoke(main, ["--version"]).stdout


def test_a_verb_that_does_not_exist_is_wrong_usage() -> None:
    """Exit status 2, as for every wrong usage."""
    assert CliRunner().invoke(main, ["sing"]).exit_code == 2


def test_the_module_is_the_command(tmp_path: Path) -> None:
    """`python -m antiphon` and `antiphon` are one."""
    done = antiphon("--help", cwd=tmp_path)
    assert done.stdout.startswith(b"Usage: antiphon ")


@pytest.mark.parametrize(
    ("raised", "status", "told"),
    [
        (NothingToSay(), 1, "(nothing_to_say)"),
        (BadSetting("port cannot be 'x'"), 2, "antiphon: port cannot be 'x' (bad_setting)"),
        (OutputFailed("cannot write x"), 3, "antiphon: cannot write x (output_failed)"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_every_situation_is_one_line_and_a_status(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException, status: int, told: str
) -> None:
    """Nobody sees a traceback for what they can mend themselves."""

    @click.command()
    def speak() -> None:
        raise raised

    monkeypatch.setattr("antiphon.cli.speak.speak", speak)
    done = CliRunner().invoke(main, ["speak"])
    assert done.exit_code == status
    assert told in done.stderr
    assert done.stderr.count("\n") == (1 if isinstance(raised, SpeechError) else 0)
