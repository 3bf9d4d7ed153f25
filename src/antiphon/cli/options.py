"""Flags for the settings, made from the settings themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import click
import msgspec.inspect

from antiphon.settings import FILE, NAMES, Settings, load

Verb = TypeVar("Verb", bound=Callable[..., Any])

MEANINGS = {
    "host": "Address to listen on; 0.0.0.0 for every one.",
    "port": "Port to listen on; 0 for any free one.",
    "allowed_hosts": "Names that a house without keys is asked by, and whose pages may use it.",
    "data": "Folder for everything that is kept.",
    "engine": "Who speaks: the name of an installed engine.",
    "model": "Folder of the engine's checkpoint, for engines that need one.",
    "device": "Where a neural engine runs: `cpu`, `cuda`, `cuda:1`, `mps`; `auto` finds a GPU.",
    "precision": "How a neural engine's language model keeps its numbers.",
    "vocoder": "What a neural engine sounds through; not every checkpoint has one at 32 kHz.",
    "database_url": "Where voices and keys are kept: `sqlite:///…` or `postgresql://…`.",
    "objects_url": "Where their audio is kept: `file:///…` or `s3://…`.",
    "fabric_url": "Where engines are met; `local:` is this process.",
    "workers": "How many processes or streams the engine runs.",
    "soft_limit": "Calls inside the engine from which batches are refused.",
    "hard_limit": "Calls an engine holds before new ones are refused.",
    "max_streams": "Requests answered at once.",
    "max_characters": "Characters that one request may hold.",
    "max_body_bytes": "Bytes that one request may hold.",
    "max_upload_bytes": "Bytes that one upload may hold.",
    "request_timeout_s": "How long a request may take to arrive.",
    "upload_timeout_s": "How long an upload may take to arrive.",
    "enrolment_timeout_s": "How long checking and preparing a recording may take.",
    "first_audio_timeout_s": "How long the first audio may take.",
    "next_audio_timeout_s": "How long the audio after it may take to come.",
    "stall_timeout_s": "How long a listener may take no audio.",
    "shutdown_timeout_s": "How long calls in flight may take to end on shutdown.",
    "voice_aliases": "Other names for voices, added to those of OpenAI.",
    "model_aliases": "Other names for models, added to those of OpenAI.",
    "pronunciations": "A G2P_replace_dict.jsonl: words and the phonemes they are said with.",
    "replacements": "A custom_replace.jsonl: what is written, and what is said for it.",
    "log_level": "How much is logged.",
}
KEPT = {"database_url": "SQLite in the data folder", "objects_url": "a folder in it"}
KINDS = {
    "str": "text",
    "int": "integer",
    "float": "seconds",
    "dict": "name=value,…",
    "vartuple": "name,…",
    "custom": "path",
}


def kind(name: str) -> str:
    """What a setting's value looks like, in a word or its choices."""
    found = _types()[name]
    if isinstance(found, msgspec.inspect.LiteralType):
        return "|".join(str(value) for value in found.values)
    return KINDS[type(found).__name__.removesuffix("Type").lower()]


def default(name: str) -> str:
    """What a setting is when nobody chooses, the same words on every machine."""
    value = getattr(Settings(), name)
    if name == "data":
        return "antiphon in the user's data folder"
    if name in KEPT:
        return KEPT[name]
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, dict):
        return "the names OpenAI's clients use"
    return "" if value is None else str(value)


def _types() -> dict[str, msgspec.inspect.Type]:
    """The type of each setting, less the None of those that may be left out."""
    described = cast("msgspec.inspect.StructType", msgspec.inspect.type_info(Settings))
    return {field.name: _given(field.type) for field in described.fields}


def _given(found: msgspec.inspect.Type) -> msgspec.inspect.Type:
    if isinstance(found, msgspec.inspect.UnionType):
        return next(t for t in found.types if not isinstance(t, msgspec.inspect.NoneType))
    return found


def flag(name: str) -> str:
    """How a setting is spelled on the command line."""
    return "--" + name.replace("_", "-")


def settings_flags(*names: str) -> Callable[[Verb], Verb]:
    """Give a verb `--config` and a flag for each named setting.

    Values stay text, so that a bad one is told the same way wherever it comes from.
    """

    def decorate(verb: Verb) -> Verb:
        for name in reversed(names):
            told = f" [{default(name)}]" if default(name) else ""
            verb = click.option(flag(name), metavar=kind(name).upper(), help=MEANINGS[name] + told)(
                verb
            )
        path = click.Path(dir_okay=False, path_type=Path)
        return click.option("--config", type=path, help=f"File of settings. [{FILE}]")(verb)

    return decorate


def chosen(config: Path | None, flags: Mapping[str, Any]) -> Settings:
    """The settings of this run; raises `Misconfigured` where they cannot be."""
    return load(flags, file=config)


SERVING = tuple(name for name in NAMES if not name.endswith("_aliases"))
KEEPING = ("data", "database_url", "objects_url")
SPEAKING = (*KEEPING, "engine", "model", "device", "precision", "vocoder", "workers")
