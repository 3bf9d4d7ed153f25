"""What small endpoints share: a page of a list, a typed body, whole work, a typed answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.edge import strict_json
from antiphon.edge.door import Incoming, Left
from antiphon.edge.house import House
from antiphon.errors import DeadlineExceeded, InvalidRequest, StorageAway
from antiphon.producing import ungrouped

T = TypeVar("T")
STORE_S = 10.0
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


async def whole(work: Awaitable[T]) -> T:
    """Change what is kept, whole or not at all, whoever leaves; raises `StorageAway`."""
    try:
        with anyio.fail_after(STORE_S, shield=True):
            return await work
    except TimeoutError:
        raise StorageAway("the library of voices") from None


@asynccontextmanager
async def checking(house: House, what: str) -> AsyncIterator[None]:
    """Look at what was sent within the time for that; raises `DeadlineExceeded`."""
    with ungrouped(), anyio.CancelScope() as patience:
        patience.deadline = anyio.current_time() + house.settings.enrolment_timeout_s
        yield
    if patience.cancelled_caught:
        raise DeadlineExceeded(what)


def json(answer: Any) -> Response:
    """A struct as an answer."""
    return Response(msgspec.json.encode(answer), media_type="application/json")
