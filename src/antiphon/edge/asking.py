"""What small endpoints share: a page of a list, a typed body, a typed answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.edge import strict_json
from antiphon.edge.door import Incoming, Left
from antiphon.edge.house import House
from antiphon.errors import InvalidRequest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list: so many, past that id."""

    after: str
    limit: int


def paging(request: Request, usual: int, most: int) -> Paging:
    """The `after` and `limit` of a request; raises `InvalidRequest`."""
    given = request.query_params.get("limit", str(usual))
    if not given.isascii() or not given.isdigit() or len(given) > 9 or not 1 <= int(given) <= most:
        raise InvalidRequest(f"limit is a number from 1 to {most}", "limit")
    return Paging(request.query_params.get("after", "")[:80], int(given))


async def body(house: House, request: Request, kind: type[T]) -> T:
    """The JSON body of a request; raises `SpeechError`."""
    incoming = Incoming(request.scope, request.receive)
    try:
        data = await house.door.body(incoming)
    except Left as error:
        raise InvalidRequest("the client left before its request was whole") from error
    return strict_json.read(data, kind, incoming.headers.get("content-type", ""))


def json(answer: Any) -> Response:
    """A struct as an answer."""
    return Response(msgspec.json.encode(answer), media_type="application/json")
