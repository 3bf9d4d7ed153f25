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
LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list: so many, past that id."""

    after: str
    limit: int


def paging(request: Request, usual: int, most: int) -> Paging:
    """The `after` and `limit` of a request; raises `InvalidRequest`."""
    given = request.query_params.get("limit", str(usual))
    limit = (
        int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER else 0
    )
    if not 1 <= limit <= most:
        raise InvalidRequest(f"limit is a number from 1 to {most}", "limit")
    return Paging(request.query_params.get("after", "")[:80], limit)


async def body(house: House, request: Request, kind: type[T]) -> T:
    """The JSON body of a request; raises `SpeechError`.

    It says that it is JSON: what a web page can send anywhere without being asked is no JSON.
    """
    incoming = Incoming(request.scope, request.receive)
    if not is_json(sent := incoming.headers.get("content-type", "")):
        said = f"{sent[:80]!r}" if sent else "no Content-Type"
        raise InvalidRequest(
            f"send JSON with the header Content-Type: application/json, not {said}"
        )
    try:
        data = await house.door.body(incoming)
    except Left as error:
        raise InvalidRequest("the client left before its request was whole") from error
    return strict_json.read(data, kind, incoming.headers.get("content-type", ""))


def is_json(content_type: str) -> bool:
    """Whether a Content-Type says JSON, and neither lines of JSON nor anything else."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def json(answer: Any) -> Response:
    """A struct as an answer."""
    return Response(msgspec.json.encode(answer), media_type="application/json")
