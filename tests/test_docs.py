"""The documentation is true: its examples run, and the commands it shows exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from antiphon.cli.main import VERBS, main
from tests.cli.running import Running, environment, running

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(
    r"^(?P<mark><!-- no-test.*?-->\n\s*)?```(?P<kind>\w+)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"<!-- no-test: \S.+? -->")
SERVER = "http://localhost:7860"  # what the documentation says; replaced by where it really is
RUN = {
    "python": [sys.executable, "-c"],
    "sh": ["bash", "-euo", "pipefail", "-c"],
    "bash": ["bash", "-euo", "pipefail", "-c"],
}


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: where it is, what it is, and whether it says that it cannot be run."""

    page: Path
    line: int
    kind: str
    code: str
    mark: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks() -> Iterator[Block]:
    """Every fenced block of every page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start("kind")) + 1
            mark = (found["mark"] or "").strip()
            yield Block(page, line, found["kind"], found["code"], mark)


BLOCKS = list(blocks())
RUNNABLE = [block for block in BLOCKS if block.kind in RUN and not block.mark]
COMMANDS = [
    pytest.param(line[2:], id=f"{block}-{line[2:40]}")
    for block in BLOCKS
    if block.kind == "console"
    for line in block.code.splitlines()
    if line.startswith("$ ")
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service that the examples talk to."""
    with running(data=tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the examples run, one after another; curl fails here when the answer is an error."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / ".curlrc").write_text("fail-with-body\n")
    return folder


@pytest.mark.parametrize("block", RUNNABLE, ids=str)
def test_an_example_runs(block: Block, server: Running, folder: Path) -> None:
    """What a reader copies works as it stands."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*RUN[block.kind], block.code.replace(SERVER, server.url)],
        cwd=folder,
        env=environment(PATH=path, CURL_HOME=str(folder)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    told = (done.stdout[-2_000:] + done.stderr[-4_000:]).decode(errors="replace")
    assert done.returncode == 0, told


def test_an_example_that_is_not_run_says_why() -> None:
    """The mark in front of it holds a reason."""
    assert not [str(block) for block in BLOCKS if block.mark and not MARK.fullmatch(block.mark)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_shown_exists(command: str) -> None:
    """Its target is in the Makefile, its verb and options in the command line."""
    for part in command.split("&&"):
        name, *words = shlex.split(part, comments=True)
        if name == "make":
            _check_targets([word for word in words if "=" not in word])
        elif name == "antiphon":
            _check_options(words)


def _check_targets(targets: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(targets) <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def _check_options(words: list[str]) -> None:
    if not words or words[0].startswith("-"):
        return
    assert words[0] in VERBS
    command = main.get_command(click.Context(main), words[0])
    assert command is not None
    known = {option for each in command.params for option in each.opts} | {"--help", "-h"}
    assert {word.partition("=")[0] for word in words[1:] if word.startswith("-")} <= known
