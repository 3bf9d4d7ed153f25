"""What every answer carries: a request id, security headers, and a body even when all breaks."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from antiphon.edge import problems

GIVEN_ID = re.compile(r"[A-Za-z0-9._:=+/-]{1,128}")
SECURITY: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " media-src 'self' blob:; img-src 'self' data:; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def request_id(scope: Scope) -> str:
    """The caller's `X-Request-Id` where it is fit to be logged and sent back, else a new one."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if GIVEN_ID.fullmatch(given) else f"req_{secrets.token_hex(12)}"


class Courtesies:
    """The outermost step of the app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["antiphon.request_id"] = name = request_id(scope)
        scope["antiphon.send"] = send  # as the server gave it, see `connection`
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message).update({"x-request-id": name, **SECURITY})
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if begun:
                raise
            await problems.response(problems.situation(error))(scope, receive, answer)
