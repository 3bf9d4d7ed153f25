"""`antiphon keys` makes, lists and revokes the keys that callers show at the door."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from antiphon.cli.options import KEEPING, chosen, settings_flags
from antiphon.cli.tables import table

if TYPE_CHECKING:
    from antiphon.accounts.keys import Key, Keys
    from antiphon.settings import Settings

T = TypeVar("T")


@click.group()
def keys() -> None:
    """Make, list and revoke keys.

    Until the first key is made, everybody who reaches the port may do everything. From then on
    voices belong to the holder of a key, and whoever comes without one hears only the engine's own
    voices and those that are shared. A running server notices within a second.
    """


@keys.command()
@click.argument("name")
@settings_flags(*KEEPING)
def create(name: str, config: Path | None, **flags: str | None) -> None:
    """Make a key for the owner NAME, and print it this once.

    The owner `local` has what was enrolled before there were keys, and from the command line.
    """
    _, secret = _with(chosen(config, flags), lambda found: found.create(name))
    click.echo(secret)
    click.echo("antiphon: keep this key; it is not kept here and cannot be shown again", err=True)


@keys.command("list")
@settings_flags(*KEEPING)
def list_keys(config: Path | None, **flags: str | None) -> None:
    """List every key: its id, its owner, since when, and whether it still opens the door."""
    found = _with(chosen(config, flags), lambda keys: keys.listed())
    rows = [(one.id, one.owner, _day(one.created_at), _state(one)) for one in found]
    click.echo(table(("ID", "OWNER", "SINCE", "STATE"), rows))


@keys.command()
@click.argument("name")
@settings_flags(*KEEPING)
def revoke(name: str, config: Path | None, **flags: str | None) -> None:
    """Revoke the key of the id NAME, or every key of the owner NAME."""
    ended = _with(chosen(config, flags), lambda found: found.revoke(name))
    if not ended:
        raise click.UsageError(f"no key {name!r} is in use; `antiphon keys list` shows them")
    for one in ended:
        click.echo(f"{one.id} of {one.owner} is revoked")


def _with(settings: Settings, work: Callable[[Keys], Awaitable[T]]) -> T:
    import anyio

    from antiphon.staircase import memory

    async def run() -> T:
        async with memory(settings) as kept:
            return await work(kept.keys)

    return anyio.run(run)


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at))


def _state(one: Key) -> str:
    return "in use" if one.revoked_at is None else f"revoked {_day(one.revoked_at)}"
