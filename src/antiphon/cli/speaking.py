"""One utterance from the staircase into a sink, with its progress told."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import click
from anyio.to_thread import run_sync

from antiphon.accounts.keys import LOCAL
from antiphon.cli import sources
from antiphon.cli.sinks import Sink
from antiphon.edge import pronouncing
from antiphon.edge.casting import Cast, find_cast
from antiphon.errors import BadSetting, TextTooLong
from antiphon.producing import ungrouped
from antiphon.settings import Settings
from antiphon.speech import Audio, Call, Frame, Started, Utterance
from antiphon.staircase import Staircase, staircase
from antiphon.text.check import check_text
from antiphon.text.dictionaries import Dictionary


def words(text: str | None, file: Path | None, limit: int) -> str | AsyncIterable[str]:
    """What to say: whole and checked, or as it arrives on standard input."""
    if file is not None:
        text = sources.read(file, limit)
    if text is None:
        return _bounded(sources.arriving(sources.standard_input()), limit)
    check_text(text, limit)
    return text


async def _bounded(pieces: AsyncIterable[str], limit: int) -> AsyncIterator[str]:
    """The limit holds for what arrives too, however slowly."""
    length = 0
    async for piece in pieces:
        length += len(piece)
        if length > limit:
            raise TextTooLong(length, limit)
        yield piece


async def spoken(settings: Settings, utterance: Utterance, sink: Sink) -> None:
    """Speak the whole utterance into the sink; raises `SpeechError`."""
    with ungrouped():
        async with staircase(settings, keeps=False) as house:
            if house.card.notice:
                click.echo(f"antiphon: {house.card.notice}", err=True)
            aliases = settings.voice_aliases
            cast = await find_cast(utterance.voice or None, LOCAL, house, aliases)
            asked = cast.onto(replace(utterance, model=house.card.model), house.card)
            asked = await pronouncing.pronounced(asked, await _counting(house, cast))
            async with house.speaker.speak(asked, Call(id=uuid4().hex)) as frames:
                await _taken(frames, sink)


async def _counting(house: Staircase, cast: Cast) -> list[Dictionary]:
    """The dictionaries that count; none where there is no place to keep any."""
    if house.memory is None:
        return []
    with suppress(BadSetting):
        return await pronouncing.sources(house.memory.dictionaries, LOCAL, cast.names)
    return []


async def _taken(frames: AsyncIterator[Frame], sink: Sink) -> None:
    """A sink may block as long as a player plays, so it is written from a thread."""
    progress = Progress()
    async for frame in frames:
        if isinstance(frame, Started):
            if frame.ignored:
                click.echo(f"antiphon: this engine ignores {', '.join(frame.ignored)}", err=True)
            sink.start(frame.rate)
            progress.rate = frame.rate
        elif isinstance(frame, Audio):
            progress.add(frame.samples)
            await run_sync(sink.write, frame.pcm, abandon_on_cancel=True)
    await run_sync(sink.finish, abandon_on_cancel=True)
    progress.end()


class Progress:
    """The seconds spoken so far, on a terminal only."""

    def __init__(self) -> None:
        self.rate = 1
        self._samples = 0
        self._shown = sys.stderr is not None and sys.stderr.isatty()

    def add(self, samples: int) -> None:
        self._samples += samples
        self._say("\r")

    def end(self) -> None:
        self._say("\r", "\n")

    def _say(self, before: str, after: str = "") -> None:
        if self._shown:
            click.echo(f"{before}{self._samples / self.rate:.1f} s{after}", err=True, nl=False)
