"""Writes docs/reference from the code, or with --check tells whether it is up to date."""

from __future__ import annotations

import argparse
import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click

from antiphon import claims, errors, refusals
from antiphon.cli import exits
from antiphon.cli.main import main as antiphon
from antiphon.cli.options import MEANINGS, SERVING, default, flag, kind
from antiphon.settings import FILE, NAMES, OPENAI_MODELS, OPENAI_VOICES, PREFIX

sys.path.insert(0, str(Path(__file__).parent))  # for those who load this file by its path

from http_page import http_page
from voices_page import voices_page
from writing import GENERATED, code, table

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
# --- the command line -----------------------------------------------------------------------------


def cli_page() -> str:
    """Every verb with its options."""
    context = click.Context(antiphon, info_name="antiphon")
    parts = [GENERATED, "# The command line\n", prose(antiphon.help)]
    for name in antiphon.list_commands(context):
        verb = antiphon.get_command(context, name)
        if verb is not None:
            parts.append(_verb(name, verb))
    return "\n".join(parts)


def prose(text: str | None) -> str:
    """A docstring as Markdown; examples, which click must not wrap, become blocks."""
    return "\n\n".join(map(_paragraph, cleandoc(text or "").split("\n\n"))) + "\n"


def _paragraph(text: str) -> str:
    unmarked = text.removeprefix("\b\n")
    return f"```text\n{unmarked}\n```" if unmarked.startswith("antiphon ") else unmarked


def _verb(name: str, verb: click.Command) -> str:
    """A verb with its options; of a group, each verb in it."""
    if isinstance(verb, click.Group):
        inner = [_verb(f"{name} {each}", one) for each, one in verb.commands.items()]
        return "\n".join((f"## antiphon {name}\n", prose(verb.help), *inner))
    arguments = [p for p in verb.params if isinstance(p, click.Argument)]
    options = [p for p in verb.params if isinstance(p, click.Option)]
    usage = " ".join(["antiphon", name, "[OPTIONS]", *(_argument(each) for each in arguments)])
    rows = [(_spelled(each), each.help or "") for each in options]
    level = "#" * (2 + name.count(" "))
    head = f"{level} antiphon {name}\n\n```text\n{usage}\n```\n"
    return "\n".join((head, prose(verb.help), table(["option", "meaning"], rows)))


def _argument(argument: click.Argument) -> str:
    name = (argument.name or "").upper()
    return f"[{name}]..." if argument.nargs == -1 else name


def _spelled(option: click.Option) -> str:
    value = "" if option.is_flag else " " + (option.metavar or _kind(option.type))
    return ", ".join(code(each + value) for each in option.opts)


def _kind(type: click.ParamType[Any]) -> str:
    if isinstance(type, click.Choice):
        return "|".join(map(str, type.choices))
    if isinstance(type, click.IntRange | click.FloatRange):
        return f"{type.min}..{type.max}"
    return "FILE" if isinstance(type, click.Path) else type.name.upper()


# --- the settings ---------------------------------------------------------------------------------

SETTINGS = f"""# Settings

Each is given in a file, in the environment or on the command line of `antiphon serve`; a later one
of these wins. The file is `{FILE}` in the current folder, or the one that `--config` or
`{PREFIX}CONFIG` names. A setting that does not exist is refused, with the nearest one that does.
Aliases from several places add up; in the environment they are written as `name=value,name=value`.
"""


def settings_page() -> str:
    """Every setting in its three spellings."""
    head = ["file", "environment", "flag", "value", "default", "meaning"]
    aliases = "## The names OpenAI's clients use\n\nAn operator can point each elsewhere.\n"
    voices = table(["voice", "spoken by"], _pairs(OPENAI_VOICES))
    models = table(["model", "answered by"], _pairs(OPENAI_MODELS))
    return "\n".join(
        (GENERATED, SETTINGS, table(head, map(_setting, NAMES)), aliases, voices, models)
    )


def _setting(name: str) -> tuple[str, ...]:
    given = code(flag(name)) if name in SERVING else ""
    variable = code(PREFIX + name.upper())
    return code(name), variable, given, kind(name), default(name), MEANINGS[name]


def _pairs(names: dict[str, str]) -> list[tuple[str, str]]:
    return [(code(name), code(value)) for name, value in names.items()]


# --- the errors -----------------------------------------------------------------------------------

ERRORS = """# Errors

Every situation that stops speech has a code that stays the same from version to version, an HTTP
status, and a message that says what to do. *Rejected*: mend the request. *BadReference*:
send another recording ([what is checked](../explanation/references.md)). *Unavailable*: the same
request may succeed later; `Retry-After` says when to try. *Misconfigured*: the operator mends it.
"""


def errors_page() -> str:
    """Every situation with its code, its status and the exit status of the command line."""
    head = ["code", "status", "exit", "situation", "kind"]
    rows = [_error(kind) for kind in situations()]
    return "\n".join((GENERATED, ERRORS, table(head, rows)))


def situations() -> list[type[errors.SpeechError]]:
    """The classes that are raised, in the order of the files."""
    named = {**vars(errors), **vars(claims), **vars(refusals)}
    found = (value for value in named.values() if isinstance(value, type))
    classes = [each for each in found if issubclass(each, errors.SpeechError)]
    return [each for each in classes if not each.__subclasses__()] + [exits.OutputFailed]


def _error(kind: type[errors.SpeechError]) -> tuple[str, ...]:
    meaning = " ".join((kind.__doc__ or "").split()).replace("`", "").rstrip(".")
    parent = kind.__mro__[1].__name__
    exit_status = str(exits.exit_code(kind.__new__(kind)))
    over_http = "" if kind is exits.OutputFailed else str(kind.status)
    return code(kind.code), over_http, exit_status, meaning, "" if not over_http else parent


# --------------------------------------------------------------------------------------------------

PAGES = {
    "cli.md": cli_page,
    "settings.md": settings_page,
    "errors.md": errors_page,
    "http.md": http_page,
    "voices.md": voices_page,
}


def stale() -> list[str]:
    """The pages whose file differs from the code."""
    return [name for name, page in PAGES.items() if _written(FOLDER / name) != page()]


def _written(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def main() -> None:
    """Write what is stale, or fail because something is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    check = parser.parse_args().check
    found = stale()
    if check and found:
        sys.exit(f"stale: {', '.join(found)}; run `make docs`")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in found:
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote docs/reference/{name}")


if __name__ == "__main__":
    main()
