"""What a process that has confined itself can no longer do."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("resource", reason="this system has no such limits")

CONFINED = """
import os, socket, sys
from antiphon.confined import Limits, confine
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT) if len(sys.argv) > 1 else -1
confine(Limits(memory_bytes=64 * 1024 * 1024, cpu_s=0, wall_s=10))
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run this after confinement."""
    return subprocess.run(
        [sys.executable, "-c", CONFINED + program, *arguments], capture_output=True, check=False
    )


@pytest.mark.parametrize("program", ["open('/etc/hostname')", "socket.socket()", "os.pipe()"])
def test_nothing_is_opened(program: str) -> None:
    """Neither a file nor a socket nor a pipe."""
    done = run(program)
    assert done.returncode == 1
    assert b"Too many open files" in done.stderr


def test_memory_is_bounded() -> None:
    """What is asked for beyond the limit is an error in Python, not the end of the machine."""
    done = run("print(len(bytearray(32 << 20))); bytearray(128 << 20)")
    assert done.stdout.split() == [b"33554432"]
    assert b"MemoryError" in done.stderr


def test_time_is_bounded() -> None:
    """A loop without end is ended by the system."""
    assert run("while True: pass").returncode < 0


def test_no_file_grows(tmp_path: object) -> None:
    """What was open for writing takes nothing more, so that no file fills the disk."""
    done = run("os.write(log, b'x')", f"{tmp_path}/log")
    assert b"File too large" in done.stderr


def test_what_is_open_stays_so() -> None:
    """The pipes to the parent work on."""
    assert run("os.write(1, b'heard')").stdout == b"heard"
