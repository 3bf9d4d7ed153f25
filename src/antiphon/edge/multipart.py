"""Reads a multipart form out of a body that is bounded already: few parts, small texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from antiphon.edge import strict_json
from antiphon.errors import InvalidRequest, RequestTooLarge

T = TypeVar("T", bound=msgspec.Struct)
MOST_PARTS = 24
LONGEST_TEXT_BYTES = 64 * 1024
CHUNK_BYTES = 256 * 1024


@dataclass(slots=True)
class Part:
    """One field: a text, or a file where it has a file's name."""

    name: str = ""
    file: str | None = None
    media_type: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Form:
    """The parts in the order in which they came."""

    parts: tuple[Part, ...]

    def read(self, kind: type[T]) -> T:
        """The fields of a struct: bytes are files, the rest is text; others are left out.

        Of several files in one field the first is taken; raises `InvalidRequest`.
        """
        described = msgspec.structs.fields(kind)
        files = {each.encode_name for each in described if _is_file(each.type)}
        known = {each.encode_name for each in described}
        found: dict[str, Any] = {}
        for part in self.parts:
            name = part.name.removesuffix("[]")
            if name in files and part.data:
                found.setdefault(name, part.data)
            elif name in known - files:
                if name in found:
                    raise InvalidRequest(f"the field {name!r} is given twice", name)
                found[name] = _text(part)
        return strict_json.converted(found, kind, strict=False)

    def media_type(self, name: str) -> str:
        """What the client says that a file is; nothing rests on it."""
        return next((each.media_type for each in self.parts if each.name == name), "")


def parse(body: bytes, content_type: str) -> Form:
    """The form in a body; raises `InvalidRequest` or `RequestTooLarge`."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        sent = f"{content_type[:80]!r}" if content_type else "no Content-Type"
        raise InvalidRequest(f"send multipart/form-data with a boundary, not {sent}")
    reading = _Reading()
    try:
        parser = MultipartParser(boundary, reading.callbacks())
        for at in range(0, len(body), CHUNK_BYTES):
            parser.write(body[at : at + CHUNK_BYTES])
        parser.finalize()
    except FormParserError as error:
        raise InvalidRequest(f"the form cannot be read: {error}"[:200]) from error
    if not reading.ended:
        raise InvalidRequest("the form ends before its last boundary; send all of it")
    return Form(tuple(reading.parts))


@dataclass(slots=True)
class _Reading:
    """What the parser tells, piece by piece."""

    parts: list[Part] = field(default_factory=list)
    ended: bool = False
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _data: list[bytes] = field(default_factory=list)
    _size: int = 0

    def callbacks(self) -> Any:
        """By the names that the parser knows."""
        return {
            "on_part_begin": self._part_begin,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_end": self._end,
        }

    def _part_begin(self) -> None:
        if len(self.parts) >= MOST_PARTS:
            raise InvalidRequest(f"the form has more than {MOST_PARTS} parts")
        self.parts.append(Part())
        self._data, self._size = [], 0

    def _header_end(self) -> None:
        name, value = bytes(self._header).lower(), self._value.decode("utf-8", "replace")
        self._header.clear()
        self._value.clear()
        if name == b"content-type":
            self.parts[-1].media_type = value.strip()
        if name != b"content-disposition":
            return
        _, options = parse_options_header(value.encode("utf-8").decode("latin-1"))
        self.parts[-1].name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            self.parts[-1].file = options[b"filename"].decode("utf-8", "replace")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self.parts[-1].file is None and self._size > LONGEST_TEXT_BYTES:
            raise RequestTooLarge(LONGEST_TEXT_BYTES)
        self._data.append(data[start:end])

    def _part_end(self) -> None:
        self.parts[-1].data = b"".join(self._data)
        self._data = []

    def _end(self) -> None:
        self.ended = True


def _is_file(kind: Any) -> bool:
    """Whether a field's type is bytes, or may be, however it is annotated."""
    return kind is bytes or any(map(_is_file, get_args(kind)))


def _text(part: Part) -> str:
    try:
        return part.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{part.name[:80]} is not UTF-8", part.name[:80]) from error
