"""`antiphon doctor` tells whether this machine can speak, and how fast."""

from __future__ import annotations

from pathlib import Path

import click

from antiphon.cli.exits import FAILED
from antiphon.cli.options import SPEAKING, chosen, settings_flags
from antiphon.cli.tables import table


@click.command()
@settings_flags("port", *SPEAKING)
def doctor(config: Path | None, **flags: str | None) -> None:
    """Check everything that speech needs here; ends with status 1 where something fails.

    With --model it is GLM-TTS that speaks, and what it said is listened to: its level, its length,
    whether it repeats itself, and its words where faster-whisper is installed.
    """
    if flags["model"] and not flags["engine"]:
        flags["engine"] = "glm"
    settings = chosen(config, flags)
    from antiphon.cli.checks import State, examined

    findings = list(examined(settings))
    click.echo(table([], [[one.state.value, one.what, one.told] for one in findings]))
    failed = sum(one.state is State.FAIL for one in findings)
    click.echo()
    click.echo(f"{failed} of {len(findings)} checks failed." if failed else "This machine speaks.")
    if failed:
        raise click.exceptions.Exit(FAILED)
