"""Standard streams that are full or closed, and handles in general."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ANTIPHON, environment

TONE = "--engine tone --workers 1"


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in which `antiphon` is ours."""
    script = f'antiphon() {{ "{ANTIPHON[0]}" -m antiphon "$@"; }}\n{line}'
    return subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("verb", [f"speak {TONE} Hello.", "voices --engine tone"])
def test_a_full_output_is_told(tmp_path: Path, verb: str) -> None:
    """One line and exit status 3, as for a file."""
    done = shell(f"antiphon {verb} >/dev/full", tmp_path)
    assert done.returncode == 3
    assert done.stderr.startswith("antiphon: cannot write standard output: No space left")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"speak {TONE} Hello. >&-", "standard output is closed; write a file with --out"),
        (f"speak {TONE} Hello. -o - >&-", "standard output is closed"),
        (f"speak {TONE} <&-", "say what to speak"),
        (f"speak {TONE} -f - <&-", "standard input is closed"),
    ],
)
def test_a_closed_stream_that_is_needed_is_wrong_usage(
    tmp_path: Path, line: str, told: str
) -> None:
    """It is told before anything is spoken."""
    done = shell(f"antiphon {line}", tmp_path)
    assert done.returncode == 2
    assert told in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_that_is_not_needed_is_not_missed(tmp_path: Path, closed: str) -> None:
    """The file is written, and nothing else is written into it."""
    done = shell(f"antiphon speak {TONE} Hello. -o said.pcm {closed}", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "said.pcm").stat().st_size == 2 * 1_200 * len("Hello.")


def test_a_server_may_open_as_many_files_as_the_system_lets_it() -> None:
    """The soft limit, often 1024, becomes the hard one."""
    resource = pytest.importorskip("resource")
    program = """
import resource
from antiphon.cli.handles import raise_limit
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
raise_limit()
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
"""
    assert resource
    subprocess.run([sys.executable, "-c", program], env=environment(), check=True)
