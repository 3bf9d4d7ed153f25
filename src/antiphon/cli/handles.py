"""The file handles of this process: as many as there may be, and the first three never free."""

from __future__ import annotations

import os
from contextlib import suppress

STANDARD = (0, 1, 2)


def raise_limit() -> None:
    """Every connection is a handle: allow as many as the system lets this process have."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # some systems say "no limit" and do not mean it
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def occupy_standard() -> None:
    """A standard stream that was closed leads nowhere, not into the next file that is opened."""
    for handle in STANDARD:
        try:
            os.fstat(handle)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest that is free, so this one
            os.set_inheritable(opened, True)
