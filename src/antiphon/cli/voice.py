"""`antiphon voice` makes voices of recordings, and lists, lends, carries and removes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiphon.cli.options import KEEPING, SPEAKING, chosen, settings_flags
from antiphon.cli.tables import table

if TYPE_CHECKING:
    from antiphon.edge.enrolment import EnrolledVoice

STATEMENT = "said with --consent on the command line"
FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
owned = click.option("--owner", default="local", help="Whose voices. [local]")


@click.group()
def voice() -> None:
    """Make voices of recordings, and list, lend, carry and remove them.

    Works on the data folder, also beside a running server, which knows a new voice at once.
    """


@voice.command()
@click.argument("name")
@click.argument("file", type=FILE)
@click.option("--text", default="", help="What is said in the recording.")
@click.option("--consent", is_flag=True, help="The speaker has agreed to this. Needed.")
@click.option("--mood", default="", help="The mood it is spoken in. [neutral]")
@click.option("--description", default="", help="A few words about the voice.")
@owned
@settings_flags(*SPEAKING)
def add(
    name: str,
    file: Path,
    text: str,
    consent: bool,
    mood: str,
    description: str,
    owner: str,
    config: Path | None,
    **flags: str | None,
) -> None:
    """Make the voice NAME of a recording of 3 to 60 s, in any format.

    With --mood, a voice of that name gets one more recording.
    """
    if not consent:
        raise click.UsageError("say with --consent that the speaker has agreed to this")
    settings = chosen(config, flags)
    import anyio

    from antiphon.cli import enrolling
    from antiphon.voices.enrolling import Offer

    offer = Offer(owner, name, STATEMENT, text, mood, description)
    told = anyio.run(enrolling.add, settings, offer, _read(file, settings.max_upload_bytes))
    click.echo(f"{told.name} is {told.id}")
    for each in told.advice:
        click.echo(f"antiphon: {each}", err=True)


@voice.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON list instead of a table.")
@owned
@settings_flags(*KEEPING)
def list_voices(as_json: bool, owner: str, config: Path | None, **flags: str | None) -> None:
    """List the voices that were made here or are shared."""
    import anyio

    from antiphon.cli import enrolling

    found = anyio.run(enrolling.listed, chosen(config, flags), owner)
    if as_json:
        _print_json(found)
        return
    rows = [
        (v.name, v.id, " ".join(v.moods), "yes" if v.shared else "", v.description) for v in found
    ]
    click.echo(table(("NAME", "ID", "MOODS", "SHARED", "DESCRIPTION"), rows))


@voice.command()
@click.argument("name")
@owned
@settings_flags(*KEEPING)
def show(name: str, owner: str, config: Path | None, **flags: str | None) -> None:
    """Show the voice NAME, which may also be an id, as JSON."""
    import anyio

    from antiphon.cli import enrolling

    _print_json(anyio.run(enrolling.shown, chosen(config, flags), owner, name))


@voice.command()
@click.argument("name")
@click.option("--no", "withdrawn", is_flag=True, help="No longer.")
@owned
@settings_flags(*KEEPING)
def share(name: str, withdrawn: bool, owner: str, config: Path | None, **flags: str | None) -> None:
    """Let everybody use the voice NAME."""
    import anyio

    from antiphon.cli import enrolling

    settings = chosen(config, flags)
    told = anyio.run(enrolling.shared, settings, owner, name, not withdrawn)
    click.echo(f"{told.name} is {'shared' if told.shared else 'not shared'}")


@voice.command()
@click.argument("name")
@owned
@settings_flags(*KEEPING)
def remove(name: str, owner: str, config: Path | None, **flags: str | None) -> None:
    """Erase the voice NAME, its recordings and all that was made of them."""
    import anyio

    from antiphon.cli import enrolling

    told = anyio.run(enrolling.removed, chosen(config, flags), owner, name)
    click.echo(f"{told.name} is erased")


@voice.command()
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@owned
@settings_flags(*KEEPING)
def export(name: str, file: Path, owner: str, config: Path | None, **flags: str | None) -> None:
    """Write the voice NAME into one FILE that another machine can import."""
    import anyio

    from antiphon.cli import enrolling
    from antiphon.cli.exits import OutputFailed

    data = anyio.run(enrolling.exported, chosen(config, flags), owner, name)
    try:
        file.write_bytes(data)
    except OSError as error:
        raise OutputFailed(f"cannot write {file}: {error.strerror}") from error
    click.echo(f"{file}: {len(data)} bytes")


@voice.command("import")
@click.argument("file", type=FILE)
@click.option("--name", default="", help="Another name for it.")
@owned
@settings_flags(*SPEAKING)
def import_voice(
    file: Path, name: str, owner: str, config: Path | None, **flags: str | None
) -> None:
    """Make a voice of a FILE that was exported elsewhere."""
    settings = chosen(config, flags)
    import anyio

    from antiphon.cli import enrolling

    data = _read(file, settings.max_upload_bytes)
    told = anyio.run(enrolling.imported, settings, owner, data, name)
    click.echo(f"{told.name} is {told.id}")


def _read(file: Path, limit: int) -> bytes:
    from antiphon.errors import RequestTooLarge

    with click.open_file(str(file), "rb") as source:
        data: bytes = source.read(limit + 1)
    if len(data) > limit:
        raise RequestTooLarge(limit)
    return data


def _print_json(told: EnrolledVoice | list[EnrolledVoice]) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(told)))
