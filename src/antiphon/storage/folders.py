"""Folders and files that only the user who runs the service may read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def own_folder(path: Path) -> None:
    """Make what is missing of a path; what is there keeps its mode; raises `OSError`."""
    for parent in reversed((path, *path.parents)):
        if not parent.is_dir():
            parent.mkdir(mode=0o700, exist_ok=True)


def own_file(path: Path) -> None:
    """Make an empty file where there is none; one that cannot be is told by whoever opens it."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
