"""Dropping a connection, for which ASGI has no message."""

from __future__ import annotations

import asyncio

import anyio
from starlette.types import Receive, Scope


def transport(scope: Scope) -> asyncio.WriteTransport | None:
    """The socket's transport where the server is uvicorn, whose `send` belongs to its owner."""
    found = getattr(getattr(scope.get("antiphon.send"), "__self__", None), "transport", None)
    # uvloop's transports implement the interface without inheriting it.
    return found if hasattr(found, "abort") else None


async def close(scope: Scope, receive: Receive, within_s: float) -> None:
    """End the connection after what was written, without the last chunk; abort it if that hangs."""
    if (wire := transport(scope)) is not None:
        wire.close()
        if not await gone(receive, within_s):
            await abort(scope, receive)


async def abort(scope: Scope, receive: Receive) -> None:
    """End the connection now, whatever is still unsent."""
    if (wire := transport(scope)) is not None:
        wire.abort()
        await gone(receive, 1.0)


async def gone(receive: Receive, within_s: float) -> bool:
    """Whether the listener is gone within that time."""
    with anyio.move_on_after(within_s):
        while (await receive())["type"] != "http.disconnect":
            pass
        return True
    return False
