"""What a process takes from itself before it reads a stranger's file.

Where the operating system knows none of these limits, its parent's deadline is left.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory_bytes` and `cpu_s` more than now, and `wall_s` from now on."""

    memory_bytes: int
    cpu_s: int
    wall_s: int


def yield_to_others(niceness: int) -> None:
    """Run only when nobody else wants to: speech that is heard now goes first.

    Niceness alone lets a process finish its turn, which is a few late milliseconds for speech.
    """
    if hasattr(os, "nice"):
        os.nice(niceness)
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def confine(limits: Limits) -> None:
    """Give up, for good, whatever decoding does not need; load every module before.

    No file or socket can be opened any more, no process started, no byte added to a file, and a
    crash leaves no core, which would hold somebody's voice.
    """
    if (resource := _resource()) is None:
        return
    signal.alarm(limits.wall_s)  # whoever watches may be gone
    used = resource.getrusage(resource.RUSAGE_SELF)
    bounds = {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_NOFILE": 0,
        "RLIMIT_CPU": int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_s,
    }
    if (held := _address_space_bytes(resource)) is not None:
        bounds["RLIMIT_AS"] = held + limits.memory_bytes
    for name, most in bounds.items():
        if (which := getattr(resource, name, None)) is not None:
            with suppress(ValueError, OSError):  # it is lower already
                resource.setrlimit(which, (most, most))


def _resource() -> ModuleType | None:
    """Python's module for these limits; Windows has none."""
    with suppress(ImportError):
        return importlib.import_module("resource")
    return None


def _address_space_bytes(resource: ModuleType) -> int | None:
    """How much is mapped now; None where the system does not say."""
    if sys.platform != "linux":
        return None
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * int(resource.getpagesize())
