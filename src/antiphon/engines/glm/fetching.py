"""Fetches one file by its address, resuming what is there, and verifies it by git's own hash."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from antiphon.errors import Unavailable

PATIENCE_S = 30.0
BLOCK = 1 << 16
PARTIAL = 206
NO_MORE = 416  # the part is the whole

Told = Callable[[str], None]


class DownloadFailed(Unavailable):
    """A file of a model could not be fetched, or is not what was published."""

    code = "download_failed"

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what} could not be fetched: {why}; the same command goes on from here")


def fetched(url: str, path: Path, blob: str, told: Told) -> None:
    """The file, once it has that hash; raises `DownloadFailed`."""
    if path.is_file() and blob_hash(path) == blob:
        return
    told(path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        _append(url, part)
    except (OSError, HTTPException, ValueError) as error:
        raise DownloadFailed(path.name, str(error)) from error
    if blob_hash(part) != blob:
        part.unlink()
        raise DownloadFailed(path.name, "its checksum is not the one that was published")
    part.replace(path)


def _append(url: str, part: Path) -> None:
    """What is missing of the file; the whole where the server does not resume."""
    have = part.stat().st_size if part.is_file() else 0
    asked = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310
    try:
        answer: HTTPResponse = urllib.request.urlopen(asked, timeout=PATIENCE_S)  # noqa: S310
    except urllib.error.HTTPError as error:
        with error:
            if error.code == NO_MORE:
                return
        raise
    with answer, part.open("ab" if answer.status == PARTIAL else "wb") as file:
        left = int(answer.headers.get("Content-Length", 0))
        while block := answer.read(BLOCK):
            file.write(block)
            left -= len(block)
    if left > 0:  # Python says nothing of it
        raise OSError(f"the connection ended {left} bytes early")


def blob_hash(path: Path) -> str:
    """What git calls a file of this content: SHA-1 over its length and itself."""
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
