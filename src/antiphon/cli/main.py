"""The command line: one group, whose verbs are loaded when they are called for."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from antiphon.cli import handles
from antiphon.cli.ends import SIGNALLED, told_to_end
from antiphon.cli.exits import INTERRUPTED, OUTPUT, OutputFailed, exit_code
from antiphon.errors import SpeechError

VERBS = ("serve", "speak", "voices", "voice", "keys", "model", "doctor")


class Verbs(click.Group):
    """Loads each verb from the module of its name, and ends every situation in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"antiphon.cli.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        handles.occupy_standard()
        with told_to_end() as told:
            try:
                return self._invoke(ctx)
            finally:
                if told:
                    ctx.exit(SIGNALLED + told[0])

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _forget_stdout()
        except SpeechError as error:
            click.echo(f"antiphon: {error} ({error.code})", err=True)
            if isinstance(error, OutputFailed):
                _forget_stdout()
            ctx.exit(exit_code(error))
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            click.echo(f"antiphon: cannot write standard output: {error.strerror}", err=True)
            _forget_stdout()
            ctx.exit(OUTPUT)


def _forget_stdout() -> None:
    """What is still buffered cannot be written, and must not raise again when Python ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "-V", "--version", package_name="antiphon")
def main() -> None:
    """Answer text with speech.

    \b
    antiphon speak "Hello."          say it, here and now
    antiphon serve                   answer over HTTP, with a page to try it
    antiphon voice add ANNA a.wav    make a voice of a recording

    \b
    Exit status: 0 all is well; 1 it could not be spoken, or a check failed;
    2 wrong usage or settings; 3 the output could not be written;
    130 interrupted.
    """
