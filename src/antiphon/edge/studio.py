"""The files of the web page, read once."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css"}


class StudioFile:
    """One static file."""

    def __init__(self, name: str) -> None:
        self._body = (files("antiphon") / "studio" / name).read_bytes()
        self.media_type = MEDIA_TYPES[name.rpartition(".")[2]]

    async def show(self, request: Request) -> Response:
        """Always checked for a newer one, so that a page and its script match."""
        return Response(
            self._body, media_type=self.media_type, headers={"cache-control": "no-cache"}
        )
