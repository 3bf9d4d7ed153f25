"""How a situation reads on the wire: the status, the JSON body and the headers of an error."""

from __future__ import annotations

import logging
import math

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from antiphon.errors import Overloaded, SpeechError

# Asking again changes nothing; OpenAI's clients would, for some of these.
FINAL = {400, 401, 403, 404, 409, 413, 415, 422, 500}
logger = logging.getLogger(__name__)


class Detail(msgspec.Struct, frozen=True):
    """What went wrong: for a person, for a program, and which field it was."""

    message: str
    type: str
    param: str | None
    code: str


class Problem(msgspec.Struct, frozen=True):
    """Every error body."""

    error: Detail


def situation(error: Exception) -> SpeechError:
    """The situation behind an exception; one that nobody foresaw is logged, and told as such."""
    if isinstance(error, SpeechError):
        return error
    if isinstance(error, ExceptionGroup) and (foreseen := error.subgroup(SpeechError)):
        return situation(foreseen.exceptions[0])
    logger.error("an error that nobody foresaw", exc_info=error)
    return SpeechError("something broke on our side; tell the operator the x-request-id")


def problem(error: SpeechError) -> Problem:
    """The JSON body of a situation."""
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    if isinstance(error, Overloaded):
        kind = "overloaded_error"
    return Problem(Detail(str(error), kind, error.param, error.code))


def advice(error: SpeechError) -> dict[str, str]:
    """The headers that tell a client whether to try again, and when."""
    if error.retry_after_s is not None:
        return {
            "retry-after": str(math.ceil(error.retry_after_s)),
            "retry-after-ms": str(math.ceil(error.retry_after_s * 1000)),
            "x-should-retry": "true",
        }
    return {"x-should-retry": "false"} if error.status in FINAL else {}


def response(error: SpeechError) -> Response:
    """The whole answer for a situation."""
    body = msgspec.json.encode(problem(error))
    return Response(body, error.status, advice(error), media_type="application/json")


def on_situation(request: Request, error: Exception) -> Response:
    """Starlette's handler for errors that an endpoint lets through."""
    return response(situation(error))


def on_http(request: Request, error: Exception) -> Response:
    """Starlette's handler for paths and methods that are not there."""
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for nothing else)
    path, method = request.url.path[:200], request.method
    message, code = {
        404: (f"there is nothing at {path!r}; see /openapi.json", "not_found"),
        405: (f"{path!r} does not take {method}; see the Allow header", "method_not_allowed"),
    }.get(error.status_code, (error.detail, "http_error"))
    body = msgspec.json.encode(Problem(Detail(message, "invalid_request_error", None, code)))
    return Response(body, error.status_code, error.headers, media_type="application/json")
