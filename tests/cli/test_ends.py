"""Signals that end a process: each verb cleans up, and says by its status which one it was."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from antiphon.cli.ends import told_to_end
from tests.cli.running import ANTIPHON, environment, running

ENDS = [(signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.mark.parametrize("ignored", [False, True], ids=["alone", "in-background"])
@pytest.mark.parametrize("engine", ["tone", "formant"])
@pytest.mark.parametrize(("told", "status"), ENDS)
def test_a_speaker_who_is_told_to_end_leaves_nothing(
    tmp_path: Path, told: signal.Signals, status: int, engine: str, ignored: bool
) -> None:
    """Neither half a file nor a temporary folder; also where a shell has it ignore Ctrl+C."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "out").mkdir()
    command = [*ANTIPHON, "speak", "--engine", engine, "-o", str(tmp_path / "out" / "said.wav")]
    shell = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh"] if ignored else []
    with subprocess.Popen(
        [*shell, *command],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path / "tmp")),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            process.stdin.write(b"One sentence. " * 20)
            process.stdin.flush()
            while not any(path.stat().st_size for path in (tmp_path / "out").iterdir()):
                assert process.poll() is None
            process.send_signal(told)
            assert process.wait(10) == status
            assert process.stderr.read() == b""
        finally:
            process.kill()
    assert [*(tmp_path / "out").iterdir(), *(tmp_path / "tmp").iterdir()] == []


def test_a_server_whose_terminal_closes_cleans_up(tmp_path: Path) -> None:
    """It drains as for SIGTERM, and its status says that it was SIGHUP."""
    (tmp_path / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path / "tmp"))
        with running("--engine", "formant", data=tmp_path) as server:
            assert list((tmp_path / "tmp").iterdir()) != []
            server.process.send_signal(signal.SIGHUP)
            assert server.process.wait() == 129
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    """`nohup antiphon speak …` goes on when the terminal closes."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with told_to_end() as told:
            signal.raise_signal(signal.SIGHUP)
        assert told == []
    finally:
        signal.signal(signal.SIGHUP, before)
