"""Voices as files: one leaves here, and comes in elsewhere the same to the sample."""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.accounts.keys import checked
from antiphon.edge.asking import json
from antiphon.edge.enrolment import File, described
from antiphon.edge.house import House
from antiphon.edge.multipart import Form
from antiphon.errors import InvalidRequest
from antiphon.voices import carrying

MEDIA_TYPE = "application/zip"


class ImportForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of `POST /v1/audio/voices/import`; `name` is another name to give the voice."""

    file: File = b""
    name: str = ""


class Archives:
    """`GET /v1/audio/voices/{voice}/export` and `POST /v1/audio/voices/import`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def export(self, request: Request) -> Response:
        """One of the caller's voices as a file."""
        owner = checked(await self._house.caller(request.headers))
        library, name = self._house.memory.library, request.path_params["voice"]
        one, data = await carrying.export(library, owner, name)
        told = f"attachment; filename*=UTF-8''{quote(one.voice.name, safe='')}.voice.zip"
        return Response(data, media_type=MEDIA_TYPE, headers={"content-disposition": told})

    async def receive(self, form: Form, owner: str, request: Request) -> Response:
        """A voice from a file; the consent that was given for it comes along."""
        asked = form.read(ImportForm)
        if not asked.file:
            raise InvalidRequest("the file is missing; send it as file", "file")
        return json(
            described(await self._house.desk.imported(owner, asked.file, asked.name), owner)
        )
