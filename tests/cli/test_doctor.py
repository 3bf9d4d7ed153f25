"""`antiphon doctor`: what it looks at, and what it says of it."""

from __future__ import annotations

import re
import socket
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest
from click.testing import CliRunner

from antiphon.cli import checks
from antiphon.cli.checks import Finding, State
from antiphon.cli.main import main
from antiphon.cli.trial import Heard
from antiphon.engines.glm.random_checkpoint import write_random
from antiphon.settings import Settings
from tests.cli.running import antiphon


def test_a_machine_that_speaks_passes(tmp_path: Path) -> None:
    """Every check is a line, every dependency is among them, and the engine really speaks."""
    flags = ("--engine", "tone", "--data", str(tmp_path), "--port", "0")
    done = antiphon("doctor", *flags, cwd=tmp_path)
    told = done.stdout.decode()
    assert done.returncode == 0, told
    states = {line.split()[0] for line in told.splitlines()[:-2]}
    assert states <= {"ok", "warn"}
    assert "two runs give identical samples" in told
    assert "engine tone" in told
    assert told.endswith("This machine speaks.\n")
    needed = [each for each in requires("antiphon") or () if "extra" not in each]
    assert all(f"  {re.split('[<>]', each)[0]}  " in told for each in needed)


def test_what_fails_is_told_and_ends_with_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One broken thing does not keep the others from being looked at."""
    monkeypatch.setitem(sys.modules, "av", None)
    flags = ["--engine", "tune", "--data", str(tmp_path), "--port", "0"]
    done = CliRunner().invoke(main, ["doctor", *flags])
    assert done.exit_code == 1
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("fail")]
    assert failed == ["av", "mp3", "engine"]
    assert "3 of " in done.stdout


def test_a_port_in_use_is_worth_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be Antiphon itself, so it is no failure."""
    monkeypatch.setattr(checks, "_required", lambda: ())
    monkeypatch.setattr(checks, "_engine", lambda settings: ())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        findings = {one.what: one for one in checks.examined(Settings(port=port))}
    assert findings[f"port {port}"].state is State.WARN


@pytest.mark.parametrize(
    ("second", "state"), [("a", State.OK), ("b", State.WARN)], ids=["same", "different"]
)
def test_an_engine_that_draws_at_random_is_told(
    monkeypatch: pytest.MonkeyPatch, second: str, state: State
) -> None:
    """Caches and continuations want the same samples for the same seed."""
    runs = Heard(0.1, 0.2, 2.0, "a"), Heard(0.05, 0.2, 2.0, second)
    monkeypatch.setattr("antiphon.cli.trial.tried", lambda settings: runs)
    speaks, same = checks._engine(Settings(engine="tone"))
    assert (
        "first audio after 50 ms (100 ms when cold), 2.0 s at real-time factor 0.100" in speaks.told
    )
    assert same.state is state


def test_a_checkpoint_is_looked_into(tmp_path: Path) -> None:
    """What it is, that it is unproven on the official weights, and all that is wrong with it."""
    model = write_random(tmp_path / "model")
    (random,) = checks._checkpoint(model)
    assert random.state is State.WARN
    assert "random weights: it speaks noise" in random.told
    (model / "random.json").unlink()
    (whole,) = checks._checkpoint(model)
    assert whole.state is State.OK
    for one in (random, whole):
        assert "verified against the reference implementation with random weights" in one.told
        assert "not yet been run on the official weights" in one.told
    (model / "hift/hift.pt").unlink()
    assert [one.state for one in checks._checkpoint(model)] == [State.FAIL]


def test_a_model_means_glm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Unless another engine is named."""
    asked: list[str] = []

    def examined(settings: Settings) -> list[Finding]:
        asked.append(settings.engine)
        return [Finding(State.OK, "all", "well")]

    monkeypatch.setattr(checks, "examined", examined)
    for flags in (["--model", str(tmp_path)], ["--model", str(tmp_path), "--engine", "tone"], []):
        assert CliRunner().invoke(main, ["doctor", *flags]).exit_code == 0
    assert asked == ["glm", "tone", "formant"]
