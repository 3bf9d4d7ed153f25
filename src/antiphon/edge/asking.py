"""What small endpoints share: a page of a list, a typed body, a typed answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.edge import strict_json
from antiphon.edge.door import Incoming, Left
from antiphon.edge.house import House
from antiphon.errors import InvalidRequest, SpeechError

T = TypeVar("T")
LONGEST_NUMBER = 9
Endpoint = Callable[[Request], Awaitable[Response]]


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
    if not is_json(sent := request.headers.get("content-type", "")):
        said = f"{sent[:80]!r}" if sent else "no Content-Type"
        raise InvalidRequest(
            f"send JSON with the header Content-Type: application/json, not {said}"
        )
    data = await raw_body(house, request)
    return strict_json.read(data, kind, request.headers.get("content-type", ""))


async def raw_body(house: House, request: Request) -> bytes:
    """The body of a request; raises `SpeechError`."""
    try:
        return await house.door.body(Incoming(request.scope, request.receive))
    except Left as error:
        raise InvalidRequest("the client left before its request was whole") from error


def counted(house: House, route: str, endpoint: Endpoint) -> Endpoint:
    """The endpoint, whose requests are counted however they end."""

    async def answered(request: Request) -> Response:
        outcome = "cancelled"
        try:
            response = await endpoint(request)
            outcome = "complete"
            return response  # noqa: TRY300  (it is what the count is of)
        except Exception as error:
            outcome = getattr(error, "code", SpeechError.code)
            raise
        finally:
            house.metrics.requests.labels(route, "none", outcome).inc()

    return answered


def is_json(content_type: str) -> bool:
    """Whether a Content-Type says JSON, and neither lines of JSON nor anything else."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def json(answer: Any) -> Response:
    """A struct as an answer."""
    return Response(msgspec.json.encode(answer), media_type="application/json")
