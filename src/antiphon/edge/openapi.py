"""Describes the route table as OpenAPI, so that the description cannot fall behind."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon import __version__
from antiphon.edge.operation import Operation
from antiphon.edge.problems import Problem
from antiphon.errors import SpeechError

PATH = "/openapi.json"
REFERENCE = "#/components/schemas/{name}"
HEADERS = {"x-request-id": {"description": "Names this request.", "schema": {"type": "string"}}}


class Description:
    """`GET /openapi.json`."""

    def __init__(self, others: list[Operation]) -> None:
        own = Operation("GET", PATH, "This description.", self.show, media=("application/json",))
        self.operations = [*others, own]
        self._body = msgspec.json.encode(describe(self.operations))

    async def show(self, request: Request) -> Response:
        """The same for every caller."""
        return Response(self._body, media_type="application/json")


def describe(operations: list[Operation]) -> dict[str, Any]:
    """The whole document."""
    kinds = {kind for each in operations for kind in (*each.answers, each.asks) if kind}
    ordered = sorted({Problem, *kinds}, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        path = re.sub(r":\w+}", "}", each.path)
        paths.setdefault(path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Antiphon", "version": __version__},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(each: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"summary": each.summary, "responses": _responses(each)}
    places = [(name, "path") for name in re.findall(r"{(\w+)", each.path)]
    if places := [*places, *((name, "query") for name in each.query)]:
        described["parameters"] = [
            {"name": name, "in": where, "required": where == "path", "schema": {"type": "string"}}
            for name, where in places
        ]
    if each.asks:
        media = "multipart/form-data" if each.form else "application/json"
        content = {media: {"schema": _reference(each.asks)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _responses(each: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {kind: {} for kind in each.media}
    if each.answers:
        schema = {"anyOf": [_reference(kind) for kind in each.answers]}
        content["text/event-stream" if each.media else "application/json"] = {"schema": schema}
    good = {"200": {"description": "The answer.", "headers": HEADERS, "content": content}}
    statuses = sorted({error.status for error in each.refuses})
    return good | {str(status): _refusal(status, each) for status in statuses}


def _refusal(status: int, each: Operation) -> dict[str, Any]:
    reasons = [error for error in each.refuses if error.status == status]
    return {
        "description": " ".join(f"`{error.code}`: {_meaning(error)}" for error in reasons),
        "headers": HEADERS,
        "content": {"application/json": {"schema": _reference(Problem)}},
    }


def _meaning(error: type[SpeechError]) -> str:
    return (error.__doc__ or "").partition("\n")[0]


def _reference(kind: type) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}
