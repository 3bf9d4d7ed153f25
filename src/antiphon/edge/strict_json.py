"""Reads a JSON body into a typed struct, or says which field is wrong and why."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from antiphon.errors import InvalidRequest

T = TypeVar("T")
PATH = re.compile(r"^(?P<what>.*?)(?: - at `\$\.(?P<path>.*)`)?$", re.DOTALL)
HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # as it is escaped, alone or in a pair
LONE = re.compile("[\ud800-\udfff]")
MISSING = re.compile(r"missing required field `(?P<name>\w+)`")


def read(body: bytes, kind: type[T], content_type: str = "application/json") -> T:
    """The body as `kind`; unknown fields are left out; raises `InvalidRequest`."""
    if not body.strip():
        raise InvalidRequest("the body is empty; send a JSON object")
    try:
        value = _decoded(body)
    except InvalidRequest as error:
        if "json" in content_type.lower():
            raise
        sent = f"{content_type[:80]!r}" if content_type else "no Content-Type"
        raise InvalidRequest(f"send application/json, not {sent}: {error}") from error
    if HALF.search(body):
        _refuse_halves(value)
    return converted(value, kind)


def converted(value: Any, kind: type[T], *, strict: bool = True) -> T:
    """Plain values as `kind`, numbers out of text where not `strict`; raises `InvalidRequest`."""
    try:
        return msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise _named(error) from error
    except UnicodeError as error:  # half a surrogate pair where a name is wanted
        raise InvalidRequest("a name or a choice holds half of a surrogate pair") from error


def _refuse_halves(value: Any) -> None:
    """Half of a surrogate pair is no text; in `input` it is told with its place, as `bad_text`."""
    fields = value if isinstance(value, dict) else {"": value}
    waiting = [(name, each) for name, one in fields.items() for each in (name, one)]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, dict):
            waiting += [(name, each) for pair in one.items() for each in pair]
        elif isinstance(one, list):
            waiting += [(name, each) for each in one]
        elif isinstance(one, str) and one is not fields.get("input") and LONE.search(one):
            told = _printable(name)
            raise InvalidRequest(f"{told}: half of a surrogate pair is no character", told or None)


def _decoded(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"the body is not UTF-8: byte {error.start} is wrong") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidRequest(f"the body is not JSON: {error.msg} at {where}") from error
    except RecursionError as error:
        raise InvalidRequest("the body is nested too deeply") from error
    except ValueError as error:  # a number with thousands of digits
        raise InvalidRequest(f"the body is not JSON that can be read: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise InvalidRequest(f"the field {name[:80]!r} is given twice", _printable(name))
        fields[name] = value
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidRequest(f"the body is not JSON: {name} is not a JSON number")


def _named(error: msgspec.ValidationError) -> InvalidRequest:
    match = PATH.match(str(error))
    what, path = (match["what"], match["path"]) if match else (str(error), None)
    missing = MISSING.search(what)
    names = [name for name in (path, missing and missing["name"]) if name]
    param = ".".join(names) or None
    return InvalidRequest(f"{param}: {what}" if path else what, param)


def _printable(name: str) -> str:
    return name[:80].encode("ascii", "backslashreplace").decode()
