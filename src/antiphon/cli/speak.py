"""`antiphon speak` says a text here and now, into a file, a pipe or the loudspeaker."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiphon.cli.options import SPEAKING, chosen, settings_flags
from antiphon.errors import UnsupportedFormat

if TYPE_CHECKING:
    from antiphon.cli.sinks import Sink

# As in `audio.encoding`, which is not imported for `--help`; a test keeps them equal.
FORMATS = ("wav", "mp3", "opus", "webm", "aac", "flac", "pcm", "ulaw", "alaw")
SUFFIXES = {"ogg": "opus", "raw": "pcm"}
DASH = Path("-")


@click.command()
@click.argument("text", nargs=-1)
@click.option(
    "--file",
    "-f",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Read the text from a file; - for standard input.",
)
@click.option("--voice", "-v", default="", help="Whose voice; `antiphon voices` lists them.")
@click.option("--out", "-o", type=click.Path(path_type=Path), help="Write to a file; - for stdout.")
@click.option(
    "--format",
    "wanted",
    type=click.Choice(FORMATS),
    help="What to write. [from the file's name, else wav]",
)
@click.option("--speed", type=click.FloatRange(0.25, 4), default=1.0, help="How fast. [1.0]")
@click.option("--language", "-l", help="BCP 47 tag. [told from the script]")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="The same seed, the same sound.")
@settings_flags(*SPEAKING)
def speak(
    text: tuple[str, ...],
    file: Path | None,
    voice: str,
    out: Path | None,
    wanted: str | None,
    speed: float,
    language: str | None,
    seed: int | None,
    config: Path | None,
    **flags: str | None,
) -> None:
    """Say TEXT, the text of a file, or what arrives on standard input.

    Without --out it is played, or written to standard output where that is not a terminal.
    """
    settings = chosen(config, flags)
    format = _format(wanted, out)
    _check_source(text, file)
    import anyio

    from antiphon.cli.speaking import spoken, words
    from antiphon.speech import Style, Utterance

    named = None if file == DASH else file
    said = words(" ".join(text) if text else None, named, settings.max_characters)
    asked = Utterance(said, voice, language=language, style=Style(pace=speed), seed=seed)
    with closing(_sink(out, format)) as sink:
        anyio.run(spoken, settings, asked, sink)


def _check_source(text: tuple[str, ...], file: Path | None) -> None:
    if text and file:
        raise click.UsageError("say the text or name a file with --file, not both")
    if file == DASH and sys.stdin is None:
        raise click.UsageError("standard input is closed; say the text or name a file")
    if not text and file is None and (sys.stdin is None or sys.stdin.isatty()):
        raise click.UsageError('say what to speak: antiphon speak "Hello."')


def _format(wanted: str | None, out: Path | None) -> str:
    """The format asked for, else the one that the file's name says."""
    suffix = out.suffix[1:].lower() if out else ""
    name = wanted or SUFFIXES.get(suffix, suffix) or "wav"
    if name not in FORMATS:
        raise click.UsageError(f"{UnsupportedFormat(name, FORMATS)}; or choose with --format")
    return name


def _sink(out: Path | None, format: str) -> Sink:
    from antiphon.audio.encoding import find_format
    from antiphon.cli.players import find_player
    from antiphon.cli.sinks import FileSink, StreamSink

    if out is not None and out != DASH:
        return FileSink(out, find_format(format))
    if sys.stdout is None:
        raise click.UsageError("standard output is closed; write a file with --out FILE")
    if out is None and sys.stdout.isatty():
        return find_player()
    return StreamSink(sys.stdout.buffer, find_format(format))
