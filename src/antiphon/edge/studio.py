"""The web page and the files that it asks for, read once."""

from __future__ import annotations

import gzip
import hashlib
from functools import cached_property
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css"}
PAGE = "index.html"


class StudioFile:
    """One static file."""

    def __init__(self, name: str) -> None:
        self._body = (files("antiphon") / "studio" / name).read_bytes()
        self.media_type = MEDIA_TYPES[name.rpartition(".")[2]]
        tag = f'W/"{hashlib.sha256(self._body).hexdigest()[:16]}"'
        self._headers = {"cache-control": "no-cache", "etag": tag, "vary": "accept-encoding"}

    async def show(self, request: Request) -> Response:
        """Always checked for a newer one, so that a page and its scripts match."""
        if request.headers.get("if-none-match") == self._headers["etag"]:
            return Response(status_code=304, headers=self._headers)
        body, headers = self._body, self._headers
        if "gzip" in request.headers.get("accept-encoding", ""):
            body, headers = self._small, {**headers, "content-encoding": "gzip"}
        return Response(body, media_type=self.media_type, headers=headers)

    @cached_property
    def _small(self) -> bytes:
        return gzip.compress(self._body)


class Studio:
    """`GET /` and `GET /studio/{name}`."""

    def __init__(self) -> None:
        names = [each.name for each in (files("antiphon") / "studio").iterdir()]
        self._files = {
            name: StudioFile(name) for name in names if name.rpartition(".")[2] in MEDIA_TYPES
        }
        self.media_types = tuple(sorted({each.media_type for each in self._files.values()}))

    async def page(self, request: Request) -> Response:
        """The page itself."""
        return await self._files[PAGE].show(request)

    async def file(self, request: Request) -> Response:
        """One of its scripts, or its style."""
        found = self._files.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return await found.show(request)
