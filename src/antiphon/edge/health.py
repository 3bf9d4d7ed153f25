"""Whether the process lives, and whether it can speak."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.edge.house import House


class Health(msgspec.Struct, frozen=True):
    """`status` is "ok"."""

    status: str = "ok"


class Healths:
    """`GET /livez` and `GET /readyz`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def live(self, request: Request) -> Response:
        """The event loop turns."""
        return Response(msgspec.json.encode(Health()), media_type="application/json")

    async def ready(self, request: Request) -> Response:
        """The staircase is open; raises `EngineNotReady` with the reason."""
        self._house.staircase.check()
        return await self.live(request)
