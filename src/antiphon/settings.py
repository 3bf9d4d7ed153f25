"""One typed settings object, read once from a file, the environment and the command line.

A later source wins over an earlier one: defaults, `antiphon.toml`, `ANTIPHON_*` variables, flags.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec
from platformdirs import user_data_path

from antiphon.errors import BadSetting, UnknownSetting

PREFIX = "ANTIPHON_"
FILE = "antiphon.toml"

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Precision = Literal["float32", "bfloat16", "float16"]
Vocoder = Literal["24k", "32k"]
LogLevel = Literal["debug", "info", "warning", "error", "critical"]

# The names that OpenAI's clients know, so that they work unchanged; an operator can point each
# elsewhere. Which name gets which voice is our choice and follows pitch alone.
OPENAI_VOICES = {
    "alloy": "alto",
    "ash": "tenor",
    "ballad": "tenor",
    "cedar": "bass",
    "coral": "mezzo",
    "echo": "baritone",
    "fable": "baritone",
    "marin": "alto",
    "nova": "soprano",
    "onyx": "bass",
    "sage": "mezzo",
    "shimmer": "soprano",
    "verse": "baritone",
}
OPENAI_MODELS = {
    "gpt-4o-mini-tts": "antiphon",
    "tts-1": "antiphon",
    "tts-1-hd": "antiphon",
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything an operator can choose. Times are in seconds, sizes in bytes.

    `database_url` and `objects_url` are where voices, keys and dictionaries, and the audio of
    voices, are kept; None is in the folder `data`.
    `allowed_hosts` are the names, beside its addresses and its own, that a house without keys goes
    by; their web pages may use it too.
    `soft_limit` is how many calls an engine holds before batches are refused, `hard_limit` before
    new calls are refused; both default to what the engine's card allows.
    """

    host: str = "127.0.0.1"
    port: Port = 7860
    allowed_hosts: tuple[str, ...] = ()
    data: Path = msgspec.field(default_factory=lambda: user_data_path("antiphon"))
    engine: str = "formant"
    model: Path | None = None
    device: str = "auto"
    precision: Precision = "float32"
    vocoder: Vocoder = "24k"
    database_url: str | None = None
    objects_url: str | None = None
    fabric_url: str = "local:"
    workers: Count | None = None
    soft_limit: Count | None = None
    hard_limit: Count | None = None
    max_streams: Count = 256
    max_characters: Count = 100_000
    max_body_bytes: Count = 2 * 1024 * 1024
    max_upload_bytes: Count = 25 * 1024 * 1024
    request_timeout_s: Seconds = 15.0
    upload_timeout_s: Seconds = 60.0
    enrolment_timeout_s: Seconds = 30.0
    first_audio_timeout_s: Seconds = 30.0
    next_audio_timeout_s: Seconds = 30.0
    stall_timeout_s: Seconds = 60.0
    shutdown_timeout_s: Seconds = 30.0
    voice_aliases: dict[str, str] = msgspec.field(default_factory=lambda: dict(OPENAI_VOICES))
    model_aliases: dict[str, str] = msgspec.field(default_factory=lambda: dict(OPENAI_MODELS))
    pronunciations: Path | None = None
    replacements: Path | None = None
    log_level: LogLevel = "info"

    @property
    def database(self) -> str:
        """Where rows are kept."""
        return self.database_url or f"sqlite:///{quote(str(self.data / 'antiphon.db'))}"

    @property
    def objects(self) -> str:
        """Where audio is kept."""
        return self.objects_url or (self.data / "objects").absolute().as_uri()


NAMES = Settings.__struct_fields__


def load(
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """The settings of this run; flags that are None were not given.

    Without `file`, `ANTIPHON_CONFIG` names it, else `antiphon.toml` is read where it exists.
    Aliases from several sources add up.
    Raises `UnknownSetting` with the nearest right name, or `BadSetting` with the reason.
    """
    environ = os.environ if environ is None else environ
    chosen: dict[str, Any] = {}
    for values, source in (
        _from_file(file, environ),
        (_from_environ(environ), "the environment"),
        (flags or {}, "the command line"),
    ):
        for name, value in values.items():
            if name not in NAMES:
                raise UnknownSetting(_spelled(name, source), source, _known(source))
            if value is not None:
                chosen[name] = _merged(name, value, chosen)
    return _converted(chosen)


def _merged(name: str, value: Any, chosen: Mapping[str, Any]) -> Any:
    """Aliases add to those of earlier sources; anything else replaces what was there.

    Where only text can be given, a list is written with commas.
    """
    if isinstance(value, str) and isinstance(getattr(Settings(), name), tuple):
        return tuple(each.strip() for each in value.split(",") if each.strip())
    if not name.endswith("_aliases") or not isinstance(value, dict):
        return value
    before = chosen.get(name, getattr(Settings(), name))
    return {**before, **value} if isinstance(before, dict) else value


def _converted(chosen: Mapping[str, Any]) -> Settings:
    try:
        return msgspec.convert(chosen, Settings, strict=False, dec_hook=_from_text)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        name = path.partition("[")[0].rstrip("`")
        raise BadSetting(f"{name} cannot be {chosen[name]!r:.80}: {reason}") from error


def _from_text(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise TypeError(f"Expected `{kind.__name__.lower()}`, got `{type(value).__name__}`")


def _from_file(file: Path | None, environ: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    named = file or (Path(environ["ANTIPHON_CONFIG"]) if environ.get("ANTIPHON_CONFIG") else None)
    path = named or Path(FILE)
    if named is None and not path.is_file():
        return {}, FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), str(path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"cannot read the settings in {path}: {error}") from error


def _from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    names = (key for key in environ if key.startswith(PREFIX) and key != "ANTIPHON_CONFIG")
    return {
        key[len(PREFIX) :].lower(): _value(key[len(PREFIX) :].lower(), environ[key])
        for key in names
    }


def _value(name: str, text: str) -> Any:
    """Aliases come as `name=voice,name=voice`; msgspec converts the rest from strings.

    Empty means not given, as it does in a compose file that passes a variable on.
    """
    if not text:
        return None
    if not name.endswith("_aliases"):
        return text
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if not all(equals for _, equals, _ in pairs):
        raise BadSetting(f"{PREFIX}{name.upper()} is written as name=value,name=value")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _spelled(name: str, source: str) -> str:
    return PREFIX + name.upper() if source == "the environment" else name


def _known(source: str) -> list[str]:
    return [_spelled(name, source) for name in NAMES]
