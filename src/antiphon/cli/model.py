"""`antiphon model` fetches a model's checkpoint, checks one, and makes one of random numbers."""

from __future__ import annotations

from pathlib import Path

import click

from antiphon.cli.exits import FAILED

FOLDER = click.Path(path_type=Path)
SIZES = ("tiny", "half", "real")
HUBS = ("huggingface", "modelscope")


@click.group()
def model() -> None:
    """Fetch, check and make the checkpoints of GLM-TTS.

    Needs the packages of the extra: pip install 'antiphon[glm]'.
    """


@model.command()
@click.argument("name", type=click.Choice(["glm-tts"]))
@click.option("--out", type=FOLDER, help="Where it goes. [glm-tts]")
@click.option("--hub", type=click.Choice(HUBS), default=HUBS[0], help=f"Where from. [{HUBS[0]}]")
@click.option("--endpoint", metavar="URL", help="Another address of that hub, such as a mirror's.")
@click.option("--revision", metavar="TEXT", help="A branch, tag or commit. [the newest]")
def get(name: str, out: Path | None, hub: str, endpoint: str | None, revision: str | None) -> None:
    """Download the official checkpoint NAME; goes on where it was interrupted.

    Looks first whether the disk has room, and compares every file with the hub's checksum.
    """
    from antiphon.engines.glm.downloading import download, open_hub

    folder = download(open_hub(hub, endpoint, revision), out or Path(name), click.echo)
    click.echo(f"{folder} is complete. To look inside: antiphon model check {folder}")


@model.command()
@click.argument("path", type=FOLDER)
def check(path: Path) -> None:
    """Tell all that is wrong with the checkpoint in the folder PATH; status 1 where something is.

    Looks for every file, at the shape of every tensor, and whether special tokens are one id each.
    """
    from antiphon.engines.glm.checkpoint import Checkpoint
    from antiphon.engines.glm.inspection import problems

    count = 0
    for problem in problems(path):
        click.echo(problem)
        count += 1
    if count:
        click.echo(f"{count} {'problem' if count == 1 else 'problems'}.", err=True)
        raise click.exceptions.Exit(FAILED)
    kind = "Its weights are random." if Checkpoint.at(path).is_random else "Nothing is wrong."
    click.echo(f"All files are there, and fit together. {kind}")


@model.command("make-random")
@click.option("--size", type=click.Choice(SIZES), default="tiny", help="How large. [tiny]")
@click.option("--out", type=FOLDER, required=True, help="An empty folder, or a new one.")
@click.option("--seed", type=click.IntRange(0), default=0, help="What the numbers follow from. [0]")
def make_random(size: str, out: Path, seed: int) -> None:
    """Write a checkpoint of random weights, in the official layout.

    For tests and benchmarks: it speaks noise. `tiny` is 5 MB, `half` 1.2 GB, `real` 6.0 GB, as
    large as the official model.
    """
    from antiphon.engines.glm.random_checkpoint import write_random

    write_random(out, size, seed, lambda part: click.echo(f"writing the {part}"))
    click.echo(f"{out} holds random weights ({size}, seed {seed}): it speaks noise, not words.")
