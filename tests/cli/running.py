"""The command line as a person runs it: real processes, with nothing of the caller's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ANTIPHON = (sys.executable, "-m", "antiphon")


def environment(**more: str) -> dict[str, str]:
    """The caller's, without what would change a setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANTIPHON_")}
    return kept | more


def antiphon(*arguments: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run one verb to its end; standard input is empty unless `input` is given."""
    options.setdefault("stdin", None if "input" in options else subprocess.DEVNULL)
    return subprocess.run(
        [*ANTIPHON, *arguments], cwd=cwd, env=environment(), capture_output=True, **options
    )


@dataclass(slots=True)
class Running:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it said that it listens."""
        return next(word for line in self.lines for word in line.split() if "://" in word)

    def until(self, word: str) -> None:
        """Wait for a line that holds the word."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if word in line:
                return
        raise AssertionError(f"the server ended before {word!r}: {self.lines}")


@contextmanager
def running(*flags: str, data: Path) -> Iterator[Running]:
    """`antiphon serve` on any free port, once it can speak, until the context is left."""
    command = [*ANTIPHON, "serve", "--port", "0", "--data", str(data), *flags]
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(
        command, cwd=data, env=environment(), stdout=pipe, stderr=both, text=True
    ) as process:
        server = Running(process)
        try:
            server.until(" is ready:")
            yield server
        finally:
            process.kill()
