"""Work in a confined copy of a process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from antiphon import apart

pytestmark = pytest.mark.skipif(not apart.POSSIBLE, reason="this system copies no processes")

PROGRAM = """
import os, signal, sys, time
from antiphon.apart import Died, apart
from antiphon.confined import Limits

LIMITS = Limits(memory_bytes=64 << 20, cpu_s=0, wall_s=1)

def is_open(fd):
    try:
        return bool(os.fstat(fd))
    except OSError:
        return False

def stranger():
    {work}

try:
    print(apart(stranger, LIMITS, 100))
except Died as died:
    print("died", died.status)
print(apart(lambda: b"next", LIMITS, 100))
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("none left")
"""


def told(work: str) -> list[str]:
    """What a process says that has this done by its copy, and then something else."""
    program = PROGRAM.format(work=work)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize(
    ("work", "first"),
    [
        ("return b'answer'", "b'answer'"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "died -11"),
        ("os._exit(3)", "died 3"),
        ("raise ValueError", "died 1"),
        ("return bytes(1000)", "died"),
        ("time.sleep(60)", "died -14"),
        ("os.close(3); os.close(4); time.sleep(60)", "died"),
    ],
)
def test_what_a_copy_does_is_its_own_affair(work: str, first: str) -> None:
    """Its answer comes, or how it ended; the next one is none the worse."""
    one, other, _ = told(work)
    assert one.startswith(first)
    assert other == "b'next'"


def test_a_copy_holds_no_pipe_but_its_own() -> None:
    """It can neither read what the next is asked, nor answer in its place."""
    work = "return ' '.join(str(fd) for fd in range(64) if is_open(fd)).encode()"
    descriptors = set(told(work)[0].strip("b'").split())
    assert len(descriptors - {"2"}) == 1


def test_no_copy_is_left_over() -> None:
    """Each is waited for, however it ended."""
    for work in ("return b'x'", "os._exit(0)", "return bytes(1000)"):
        assert told(work)[2] == "none left"
