"""Reads the fields of a checkpoint's own files, and says of a bad one where it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from antiphon.errors import BadCheckpoint


def read_text(path: Path) -> str:
    """What a file of the checkpoint says; raises `BadCheckpoint`."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        gone = isinstance(error, FileNotFoundError)
        raise BadCheckpoint(path, f"cannot be read ({_reason(error)})", gone) from error


def read_json(path: Path) -> Any:
    """What a JSON file of the checkpoint holds; raises `BadCheckpoint`."""
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise BadCheckpoint(path, f"is not JSON ({error})") from error


def read_yaml(path: Path) -> Any:
    """What a YAML file holds; a tag such as `!new:flow.flow.Flow` runs nothing, its fields stay."""
    import yaml

    # A safe loader of its own, since constructors belong to the class of the loader.
    plain: Any = type("Plain", (yaml.SafeLoader,), {})
    plain.add_multi_constructor("!", _untagged)
    try:
        return yaml.load(read_text(path), plain)  # noqa: S506  (derived from SafeLoader)
    except yaml.YAMLError as error:
        raise BadCheckpoint(path, f"is not YAML ({error})") from error


def _untagged(loader: Any, suffix: str, node: Any) -> Any:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one file; each is asked for with what it may be left out for."""

    path: Path
    values: Mapping[str, Any]

    @classmethod
    def of(cls, path: Path, values: Any) -> Fields:
        """The fields of a mapping; raises `BadCheckpoint` where it is something else."""
        if not isinstance(values, Mapping):
            raise BadCheckpoint(path, "does not hold named fields")
        return cls(path, values)

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number above zero."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self._bad(name, value, "a whole number above 0")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A number above zero."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise self._bad(name, value, "a number above 0")
        return float(value)

    def flag(self, name: str, default: bool | None = None) -> bool:
        """Yes or no."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self._bad(name, value, "true or false")
        return value

    def choice(self, name: str, known: tuple[str, ...], default: str | None = None) -> str:
        """One of the words that we know; others name a model that we cannot run."""
        value = self._value(name, default)
        if value not in known:
            raise self._bad(name, value, "one of " + ", ".join(known))
        return str(value)

    def must_be_off(self, *names: str) -> None:
        """Fields that change the model in a way that is not implemented."""
        for name in names:
            if self.values.get(name):
                raise self._bad(name, self.values[name], "left out: this is not implemented")

    def _value(self, name: str, default: Any) -> Any:
        value = self.values.get(name)
        value = default if value is None else value
        if value is None:
            raise BadCheckpoint(self.path, f"has no field {name!r}")
        return value

    def _bad(self, name: str, value: Any, wanted: str) -> BadCheckpoint:
        return BadCheckpoint(self.path, f"has {name} = {value!r:.60}, and it must be {wanted}")
