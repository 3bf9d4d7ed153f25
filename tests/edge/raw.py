"""Requests as bytes on a socket, for what no HTTP client would send."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

SPEECH = "/v1/audio/speech"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; `complete` is false where the connection ended early."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool = True

    @property
    def error(self) -> dict[str, Any]:
        """The inside of an error body."""
        detail: dict[str, Any] = msgspec.json.decode(self.body)["error"]
        return detail


def connect(port: int, timeout_s: float = 15) -> socket.socket:
    """A connection to the server under test."""
    return socket.create_connection(("127.0.0.1", port), timeout=timeout_s)


def head(length: int | None, path: str = SPEECH, method: str = "POST", extra: str = "") -> bytes:
    """The head of a request with a JSON body; without a length the body is chunked."""
    size = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    return (
        f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"{size}\r\n{extra}\r\n"
    ).encode()


def request(body: bytes) -> bytes:
    """A whole speech request."""
    return head(len(body)) + body


def chunks(body: bytes, size: int = 65_536) -> bytes:
    """A body in chunks, with its end."""
    cut = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in cut) + b"0\r\n\r\n"


def reply(connection: socket.socket) -> Reply:
    """Read one answer to its end."""
    with http.client.HTTPResponse(connection) as answer:
        answer.begin()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        try:
            return Reply(answer.status, headers, answer.read())
        except http.client.IncompleteRead as cut:
            return Reply(answer.status, headers, cut.partial, complete=False)


def ask(port: int, message: bytes) -> Reply:
    """Send bytes on a connection of their own and read the answer."""
    with connect(port) as connection:
        connection.sendall(message)
        return reply(connection)


def speak(port: int, **fields: Any) -> Reply:
    """A speech request of these fields."""
    return ask(port, request(msgspec.json.encode({"input": "One.", **fields})))


def get(port: int, path: str, method: str = "GET") -> Reply:
    """A request without a body."""
    message = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode()
    with connect(port) as connection:
        connection.sendall(message)
        with http.client.HTTPResponse(connection, method=method) as answer:
            answer.begin()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, headers, answer.read())
