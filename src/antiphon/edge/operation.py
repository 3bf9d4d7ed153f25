"""One line of the route table: what it takes, what it answers and how it refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from antiphon import claims, errors
from antiphon.edge.uploads import Upload

Endpoint = Callable[[Request], Awaitable[Response]]
Situations = tuple[type[errors.SpeechError], ...]

STARTING: Situations = (errors.EngineNotReady,)
ASKING: Situations = (
    claims.InvalidKey,
    claims.ForeignOrigin,
    errors.EngineNotReady,
    errors.StorageAway,
)
OWNING: Situations = (*ASKING, claims.KeyRequired)
ARRIVING: Situations = (
    errors.InvalidRequest,
    errors.RequestTooLarge,
    errors.RequestTimeout,
    errors.Overloaded,
)
UPLOADING: Situations = (*OWNING, *ARRIVING, errors.DeadlineExceeded)


@dataclass(frozen=True, slots=True)
class Operation:
    """One route; `answers` are structs, `media` are the types of an answer that is not JSON.

    `asks` is the body: JSON, or the fields of a form where `form` is set; `takes` are the media
    types of bodies that are taken beside that.
    """

    method: str
    path: str
    summary: str
    endpoint: Any  # an ASGI app or an `Endpoint`
    answers: tuple[type, ...] = ()
    media: tuple[str, ...] = ()
    asks: type | None = None
    refuses: Situations = ()
    form: bool = False
    takes: tuple[str, ...] = ()
    query: tuple[str, ...] = ()

    def route(self) -> Route:
        """As Starlette takes it."""
        return Route(self.path, self.endpoint, methods=[self.method])


def get(
    path: str, summary: str, endpoint: Endpoint, answer: type, refuses: Situations = ()
) -> Operation:
    """A list or a thing, as JSON."""
    return Operation("GET", path, summary, endpoint, answers=(answer,), refuses=refuses)


def form(
    path: str, summary: str, endpoint: Upload, asks: type, answer: type, refuses: Situations
) -> Operation:
    """A form that is uploaded, answered with JSON."""
    return Operation(
        "POST", path, summary, endpoint, answers=(answer,), asks=asks, refuses=refuses, form=True
    )
