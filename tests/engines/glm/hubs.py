"""A hub on the loopback: as much of Hugging Face's interface as its library asks for."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "zai-org/GLM-TTS"
LARGE = 64  # bytes from which a file has its checksum in the list


@dataclass
class Shelf:
    """What the hub has, what was asked of it, and how it misbehaves.

    `cut` files end after so many bytes, once. `url` is where it listens.
    """

    files: dict[str, bytes]
    cut: dict[str, int] = field(default_factory=dict)
    swapped: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def listing(self) -> dict[str, object]:
        """The repository's metadata."""
        return {
            "id": REPOSITORY,
            "sha": COMMIT,
            "siblings": [_listed(name, data) for name, data in self.files.items()],
        }


def _listed(name: str, data: bytes) -> dict[str, object]:
    told: dict[str, object] = {"rfilename": name, "size": len(data), "blobId": "0" * 40}
    if len(data) >= LARGE:
        told["lfs"] = {"sha256": digest(data), "size": len(data), "pointerSize": 130}
    return told


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def blob(data: bytes) -> str:
    """What git calls a file of that content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@contextmanager
def hub(shelf: Shelf) -> Iterator[Shelf]:
    """Serve it until the context is left."""

    class Answering(_Handler):
        pass

    Answering.shelf = shelf
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        shelf.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield shelf
        finally:
            server.shutdown()
            thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    shelf: Shelf
    protocol_version = "HTTP/1.0"  # a connection each, so that none is left open

    def do_HEAD(self) -> None:
        self._answer(is_head=True)

    def do_GET(self) -> None:
        self._answer(is_head=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at what was asked."""

    def _answer(self, is_head: bool) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/"):
            self._send(200, json.dumps(self.shelf.listing()).encode(), {}, is_head)
            return
        found = re.fullmatch(rf"/{REPOSITORY}/resolve/[^/]+/(.+)", path)
        name = found[1] if found else path.lstrip("/")
        if name not in self.shelf.files:
            self._send(404, b"", {}, is_head)
            return
        self.shelf.asked.append((name, "" if is_head else self.headers.get("Range", "whole")))
        self._file(self.shelf.swapped.get(name, self.shelf.files[name]), name, is_head)

    def _file(self, data: bytes, name: str, is_head: bool) -> None:
        headers = {"ETag": f'"{digest(data)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        status = 200
        if wanted:
            status = 206 if start < len(data) else 416
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self._send(status, data[start:], headers, is_head, None if is_head else name)

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str],
        is_head: bool,
        name: str | None = None,
    ) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        end = self.shelf.cut.pop(name, None) if name else None
        if end is not None:
            self.close_connection = True
            body = body[:end]
        self.end_headers()
        if not is_head:
            self.wfile.write(body)
