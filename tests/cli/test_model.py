"""`antiphon model`: checkpoints made and looked into from the command line."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from antiphon.cli.main import main


def run(*arguments: str | Path) -> Result:
    """One verb, in this process: torch is loaded once."""
    return CliRunner().invoke(main, ["model", *map(str, arguments)])


def test_a_random_checkpoint_is_made_and_checked(tmp_path: Path) -> None:
    """Status 0 and what it is; then something is broken, and status 1 and what it is."""
    made = run("make-random", "--size", "tiny", "--out", tmp_path / "it", "--seed", "3")
    assert made.exit_code == 0, made.output
    assert "random weights (tiny, seed 3): it speaks noise" in made.stdout
    checked = run("check", tmp_path / "it")
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "Its weights are random." in checked.stdout
    (tmp_path / "it/hift/hift.pt").unlink()
    broken = run("check", tmp_path / "it")
    assert broken.exit_code == 1
    assert broken.stdout == f"{tmp_path / 'it/hift/hift.pt'} is missing\n"
    assert broken.stderr == "1 problem.\n"


def test_a_folder_that_is_taken_is_one_line(tmp_path: Path) -> None:
    """Status 2, and nothing is written."""
    (tmp_path / "note").write_text("mine")
    done = run("make-random", "--out", tmp_path)
    assert done.exit_code == 2
    assert "not an empty folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["note"]


def test_a_hub_that_is_away_is_one_line(tmp_path: Path) -> None:
    """Status 1, and what to do."""
    done = run("get", "glm-tts", "--out", tmp_path / "it", "--endpoint", "http://127.0.0.1:9")
    assert done.exit_code == 1
    assert "the same command goes on from here" in done.stderr
