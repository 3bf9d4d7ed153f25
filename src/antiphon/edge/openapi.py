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
REFUSAL = "#/components/responses/{name}"
NAMES_REQUEST = {"description": "Names this request.", "schema": {"type": "string"}}
HEADERS = {"x-request-id": {"$ref": "#/components/headers/RequestId"}}
Reasons = tuple[type[SpeechError], ...]


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
    refusals = _refusals(operations)
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        path = re.sub(r":\w+}", "}", each.path)
        paths.setdefault(path, {})[each.method.lower()] = _operation(each, refusals)
    responses = {name: _refusal(reasons) for reasons, name in refusals.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Antiphon", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses,
            "headers": {"RequestId": NAMES_REQUEST},
        },
    }


def _reasons(each: Operation) -> dict[int, Reasons]:
    """Why it refuses, by status."""
    statuses = sorted({error.status for error in each.refuses})
    return {
        status: tuple(dict.fromkeys(one for one in each.refuses if one.status == status))
        for status in statuses
    }


def _refusals(operations: list[Operation]) -> dict[Reasons, str]:
    """Every set of reasons with its name: many paths refuse alike, and are described once."""
    found: dict[Reasons, str] = {}
    for each in operations:
        for status, reasons in _reasons(each).items():
            found.setdefault(reasons, f"Refused{status}.{len(found)}")
    return found


def _operation(each: Operation, refusals: dict[Reasons, str]) -> dict[str, Any]:
    responses = _responses(each, refusals)
    described: dict[str, Any] = {"summary": each.summary, "responses": responses}
    places = [(name, "path") for name in re.findall(r"{(\w+)", each.path)]
    if places := [*places, *((name, "query") for name in each.query)]:
        described["parameters"] = [
            {"name": name, "in": where, "required": where == "path", "schema": {"type": "string"}}
            for name, where in places
        ]
    if each.asks:
        media = "multipart/form-data" if each.form else "application/json"
        content = {media: {"schema": _reference(each.asks)}} | {kind: {} for kind in each.takes}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _responses(each: Operation, refusals: dict[Reasons, str]) -> dict[str, Any]:
    content: dict[str, Any] = {kind: {} for kind in each.media}
    if each.answers:
        schema = {"anyOf": [_reference(kind) for kind in each.answers]}
        content["text/event-stream" if each.media else "application/json"] = {"schema": schema}
    good = {"200": {"description": "The answer.", "headers": HEADERS, "content": content}}
    named = {status: refusals[reasons] for status, reasons in _reasons(each).items()}
    refused = {str(status): {"$ref": REFUSAL.format(name=name)} for status, name in named.items()}
    return good | refused


def _refusal(reasons: Reasons) -> dict[str, Any]:
    return {
        "description": " ".join(f"`{error.code}`: {_meaning(error)}" for error in reasons),
        "headers": HEADERS,
        "content": {"application/json": {"schema": _reference(Problem)}},
    }


def _meaning(error: type[SpeechError]) -> str:
    return (error.__doc__ or "").partition("\n")[0]


def _reference(kind: type) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}
