"""The socket to listen on, bound before anything slow is loaded."""

from __future__ import annotations

import socket

from antiphon.errors import BadSetting

HERE = {"127.0.0.1", "0.0.0.0", "::", "::1", ""}  # noqa: S104  (compared, not bound)


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; raises `BadSetting` where there cannot be one."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadSetting(
            f"cannot listen on {host}:{port}: {reason}; choose with --host and --port"
        ) from error


def url(host: str, listening: socket.socket) -> str:
    """Where a person on this machine finds the server."""
    name = "localhost" if host in HERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{listening.getsockname()[1]}"
