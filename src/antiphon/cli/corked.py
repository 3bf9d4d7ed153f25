"""A transport that sends what is written in one turn of the event loop in one piece.

A head, the first chunk after it and the last one are each a write of their own to a server, and
each write wakes whoever reads at the other end.
"""

from __future__ import annotations

import asyncio
from typing import Any


class Corked:
    """Wraps a transport; everything but writing and closing goes straight through."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._written: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send at the end of this turn."""
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def close(self) -> None:
        """Close after what was written."""
        self._send()
        self._transport.close()

    def abort(self) -> None:
        """Close now; what was written in this turn is lost with the rest."""
        self._written.clear()
        self._transport.abort()

    def _send(self) -> None:
        written, self._written = self._written, []
        if written and not self._transport.is_closing():
            self._transport.write(written[0] if len(written) == 1 else b"".join(written))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
