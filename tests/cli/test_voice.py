"""`antiphon voice` and `antiphon keys`, in the data folder and beside a running server."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from antiphon.cli.main import main
from tests.cli.running import antiphon, running

FIXTURES = Path(__file__).parents[1] / "fixtures"
WOMAN, MAN = str(FIXTURES / "woman.flac"), str(FIXTURES / "man.flac")


def run(folder: Path, *arguments: str) -> Result:
    """A verb in this data folder, in this process."""
    engine = ["--engine", "tone"] if arguments[1] in ("add", "import") else []
    return CliRunner().invoke(main, [*arguments, *engine, "--data", str(folder)])


def shown(folder: Path, name: str) -> dict[str, object]:
    """A voice as JSON."""
    told: dict[str, object] = json.loads(run(folder, "voice", "show", name).stdout)
    return told


def test_a_recording_becomes_a_voice(tmp_path: Path) -> None:
    """Its id is told; it is listed and shown; an engine that cannot use it is no obstacle."""
    words = "Fifty letters and more, as many as somebody may say in six seconds."
    done = run(tmp_path, "voice", "add", "anna", WOMAN, "--text", words, "--consent")
    assert done.exit_code == 0, done.output
    name = done.stdout.split()[-1]
    assert done.stdout == f"anna is {name}\n"
    assert (shown(tmp_path, name)["name"], shown(tmp_path, "anna")["transcribed"]) == ("anna", True)
    lines = run(tmp_path, "voice", "list").stdout.splitlines()
    assert lines[1].split() == ["anna", name, "neutral"]
    listed = json.loads(run(tmp_path, "voice", "list", "--json").stdout)
    assert [one["id"] for one in listed] == [name]


def test_without_consent_there_is_no_voice(tmp_path: Path) -> None:
    """Exit status 2, and how to say it."""
    done = run(tmp_path, "voice", "add", "anna", WOMAN)
    assert done.exit_code == 2
    assert "--consent" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("voice", "add", "low", WOMAN, "--consent"), "built in"),
        (("voice", "add", "a", __file__, "--consent"), "(not_audio)"),
        (("voice", "show", "nobody"), "(voice_not_found)"),
        (("voice", "remove", "nobody"), "(voice_not_found)"),
        (("voice", "share", "nobody"), "(voice_not_found)"),
        (("voice", "import", WOMAN), "(bad_archive)"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    """Exit status 1."""
    done = run(tmp_path, *arguments)
    assert done.exit_code == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_voice_is_given_moods_lent_carried_and_erased(tmp_path: Path) -> None:
    """The whole life of one, in two folders."""
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "anna.zip"
    for more in ((), ("--mood", "happy")):
        assert run(here, "voice", "add", "anna", WOMAN, "--consent", *more).exit_code == 0
    assert run(here, "voice", "add", "anna", MAN, "--consent").exit_code == 1
    assert shown(here, "anna")["moods"] == ["neutral", "happy"]
    assert run(here, "voice", "share", "anna").stdout == "anna is shared\n"
    assert run(here, "voice", "share", "anna", "--no").stdout == "anna is not shared\n"
    assert run(here, "voice", "export", "anna", str(file)).exit_code == 0
    done = run(there, "voice", "import", str(file), "--name", "berta")
    assert done.stdout.startswith("berta is voice_")
    assert shown(there, "berta")["moods"] == ["neutral", "happy"]
    assert run(here, "voice", "remove", "anna").stdout == "anna is erased\n"
    assert run(here, "voice", "list").stdout.splitlines()[1:] == []
    assert not [path for path in (here / "objects").glob("**/*") if path.is_file()]
    kept = [path.name for path in (there / "objects").glob("**/*") if path.is_file()]
    assert len(kept) == 1


def test_an_export_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Exit status 3, as for any output."""
    run(tmp_path, "voice", "add", "anna", WOMAN, "--consent")
    done = run(tmp_path, "voice", "export", "anna", str(tmp_path / "no" / "anna.zip"))
    assert done.exit_code == 3


def test_speak_knows_enrolled_voices(tmp_path: Path) -> None:
    """The tone engine finds this one, and says that it cannot speak as her."""
    run(tmp_path, "voice", "add", "anna", WOMAN, "--consent")
    engine = ("--engine", "tone", "--data", str(tmp_path))
    done = antiphon("speak", "One.", "--voice", "anna", *engine, cwd=tmp_path)
    assert done.returncode == 1
    assert b"(voice_unsupported)" in done.stderr
    done = antiphon("speak", "One.", "--voice", "ana", *engine, cwd=tmp_path)
    assert b"did you mean 'anna'? (unknown_voice)" in done.stderr


def test_a_recording_may_come_on_standard_input(tmp_path: Path) -> None:
    """As from a program that records."""
    command = ("voice", "add", "anna", "-", "--consent", "--engine", "tone", "--data")
    data = Path(WOMAN).read_bytes()
    done: subprocess.CompletedProcess[bytes] = antiphon(
        *command, str(tmp_path), cwd=tmp_path, input=data
    )
    assert done.returncode == 0, done.stderr


def test_a_running_server_sees_voices_and_keys_at_once(tmp_path: Path) -> None:
    """A voice that is made, lent and removed beside it; and the first key closes its door."""

    def names() -> list[str]:
        with urllib.request.urlopen(f"{server.url}/v1/audio/voices") as answer:
            return [one["name"] for one in json.load(answer)["uploaded_voices"]]

    with running("--engine", "tone", data=tmp_path) as server:
        assert names() == []
        run(tmp_path, "voice", "add", "anna", WOMAN, "--consent")
        assert names() == ["anna"]
        run(tmp_path, "voice", "remove", "anna")
        assert names() == []


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    """The secret is told once, alone on its line."""
    done = run(tmp_path, "keys", "create", "bob")
    assert done.stdout.startswith("ak_")
    assert len(done.stdout.split()) == 1
    (line,) = run(tmp_path, "keys", "list").stdout.splitlines()[1:]
    name, owner, *state = line.split()
    assert (owner, state[1:]) == ("bob", ["in", "use"])
    assert done.stdout.strip() not in line
    assert run(tmp_path, "keys", "revoke", name).stdout == f"{name} of bob is revoked\n"
    assert "revoked" in run(tmp_path, "keys", "list").stdout
    assert run(tmp_path, "keys", "revoke", name).exit_code == 2
    assert run(tmp_path, "keys", "create", "").exit_code == 1


def test_voices_belong_to_owners(tmp_path: Path) -> None:
    """`--owner` acts for somebody else."""
    run(tmp_path, "voice", "add", "anna", WOMAN, "--consent", "--owner", "bob")
    assert run(tmp_path, "voice", "show", "anna").exit_code == 1
    assert run(tmp_path, "voice", "show", "anna", "--owner", "bob").exit_code == 0
