"""`antiphon voices` lists who can speak."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiphon.cli.options import SPEAKING, chosen, settings_flags
from antiphon.cli.tables import table

if TYPE_CHECKING:
    from antiphon.settings import Settings
    from antiphon.speech import Card


SHOWN = 6


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON list instead of a table.")
@settings_flags(*SPEAKING)
def voices(as_json: bool, config: Path | None, **flags: str | None) -> None:
    """List the engine's voices, with the other names each answers to."""
    settings = chosen(config, flags)
    import anyio
    import msgspec

    from antiphon.edge.voices import list_voices

    listed = list_voices(anyio.run(_card, settings), settings.voice_aliases).voices
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(listed)))
    else:
        rows = [(v.name, v.description, _some(v.languages), _some(v.aliases)) for v in listed]
        click.echo(table(("NAME", "DESCRIPTION", "LANGUAGES", "ALIASES"), rows))


async def _card(settings: Settings) -> Card:
    from antiphon.engines.registry import EngineOptions, open_engine

    engine = await open_engine(settings.engine, EngineOptions.of(settings))
    try:
        return engine.card()
    finally:
        await engine.aclose()


def _some(words: tuple[str, ...]) -> str:
    more = f" … {len(words)}" if len(words) > SHOWN else ""
    return " ".join(words[:SHOWN]) + more
