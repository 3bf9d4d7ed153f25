"""The documentation is true: its examples run, and the commands it shows exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from antiphon.cli.main import VERBS, main
from antiphon.engines.formant.voices import LANGUAGES
from antiphon.engines.glm.random_checkpoint import write_random
from antiphon.engines.registry import installed
from antiphon.settings import load
from tests.cli.running import Running, environment, running

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(
    r"^(?P<mark><!-- (?:no-test|fails).*?-->\n\s*)?```(?P<kind>\w+)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"<!-- (?:no-test|fails): \S.+? -->")
EXCERPT = re.compile(r"<!-- no-test: from (\S+) -->")
HEAR = re.compile(r"<!-- hear: (\S+) -->")
LINK = re.compile(r"\]\(([^)\s:#]+)(?:#[^)]*)?\)")
OUTPUT = re.compile(r"\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SERVER = "http://localhost:7860"  # what the documentation says; replaced by where it really is
RUN = {
    "python": [sys.executable, "-c"],
    "sh": ["bash", "-euo", "pipefail", "-c"],
    "bash": ["bash", "-euo", "pipefail", "-c"],
    "js": ["node", "--input-type=module", "-e"],
}
LOOKED_AT = {"console", "text", "toml", "json"}  # not run, but checked below, or not code


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: where and what it is, its mark, and the output that is shown under it."""

    page: Path
    line: int
    kind: str
    code: str
    mark: str
    output: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks() -> Iterator[Block]:
    """Every fenced block of every page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start("kind")) + 1
            shown = OUTPUT.match(text, found.end()) if found["kind"] == "sh" else None
            mark, output = (found["mark"] or "").strip(), shown[1] if shown else ""
            yield Block(page, line, found["kind"], found["code"], mark, output)


BLOCKS = list(blocks())
RUNNABLE = [b for b in BLOCKS if b.kind in RUN and (not b.mark or "fails" in b.mark)]
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
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A fresh folder for each page, whose examples run in it one after another."""
    root = tmp_path_factory.mktemp("docs")
    # curl fails here when the answer is an error, so that an example cannot hide one
    (root / ".curlrc").write_text("fail-with-body\n")

    def folder(page: Path) -> Path:
        found = root / "-".join(page.relative_to(ROOT).with_suffix("").parts)
        found.mkdir(exist_ok=True)
        return found

    return folder


@pytest.mark.parametrize("block", RUNNABLE, ids=str)
def test_an_example_runs(block: Block, server: Running, folders: Callable[[Path], Path]) -> None:
    """What a reader copies works, or fails where it says so, and tells what the page shows."""
    if not shutil.which(RUN[block.kind][0]):
        pytest.skip(f"{RUN[block.kind][0]} is not installed")
    folder = folders(block.page)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*RUN[block.kind], block.code.replace(SERVER, server.url)],
        cwd=folder,
        env=environment(PATH=path, CURL_HOME=str(folder.parent)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    told = (done.stdout[-4_000:] + done.stderr[-4_000:]).decode(errors="replace")
    assert (done.returncode != 0) == ("fails" in block.mark), told
    assert not set(_lines(block.output)) - set(_lines(told)), told


def test_the_languages_are_counted() -> None:
    """The number behind each voice in a table is that of the languages that the engine has."""
    shown = {
        int(number)
        for page in PAGES
        for number in re.findall(r" … (\d+) ", page.read_text(encoding="utf-8"))
    }
    assert shown == {len(LANGUAGES)}


def _lines(output: str) -> list[str]:
    """Line by line, but for figures and the width of columns, which differ from run to run."""
    return [" ".join(re.sub(r"[\d.]+", "0", line).split()) for line in output.splitlines()]


@pytest.mark.parametrize(
    "page", [p for p in PAGES if HEAR.search(p.read_text())], ids=Path.as_posix
)
def test_what_can_be_heard_was_made(page: Path, folders: Callable[[Path], Path]) -> None:
    """A player on the site plays a file that the examples of its page have written."""
    made = {each.name for each in folders(page).iterdir() if each.stat().st_size > 1_000}
    if not made:
        pytest.skip("the examples of this page were not run")
    assert set(HEAR.findall(page.read_text(encoding="utf-8"))) <= made


def test_a_block_of_another_kind_says_why_it_is_not_run() -> None:
    """Nothing on a page is left unlooked at by oversight."""
    others = [b for b in BLOCKS if b.kind not in RUN.keys() | LOOKED_AT and not b.mark]
    assert not list(map(str, others))


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind in ("toml", "json")], ids=str)
def test_what_is_shown_can_be_read(block: Block, tmp_path: Path) -> None:
    """JSON is JSON, and settings are accepted."""
    if block.kind == "json":
        json.loads(block.code)
    elif "project" not in tomllib.loads(block.code):
        (tmp_path / "antiphon.toml").write_text(block.code, encoding="utf-8")
        load(file=tmp_path / "antiphon.toml", environ={})


@pytest.mark.parametrize("block", [b for b in BLOCKS if EXCERPT.fullmatch(b.mark)], ids=str)
def test_an_excerpt_stands_in_its_file(block: Block) -> None:
    """What a page shows of a file is what the file says."""
    found = EXCERPT.fullmatch(block.mark)
    assert found is not None
    assert block.code in (ROOT / found[1]).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that is there."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.M | re.S)
    assert not [link for link in LINK.findall(text) if not (page.parent / link).exists()]


def test_every_page_is_in_the_contents_of_the_site() -> None:
    """A page that no menu names is not found."""
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = re.findall(r"([\w/.-]+\.md)$", config.partition("\nnav:")[2], re.MULTILINE)
    assert sorted(named) == sorted(
        page.relative_to(ROOT / "docs").as_posix()
        for page in PAGES
        if page.is_relative_to(ROOT / "docs")
    )


def test_an_example_that_is_not_run_says_why() -> None:
    """The mark in front of it holds a reason."""
    assert not [str(block) for block in BLOCKS if block.mark and not MARK.fullmatch(block.mark)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_shown_exists(command: str) -> None:
    """Its target is in the Makefile, its verb and options in the command line."""
    for part in command.split("&&"):
        name, *words = _without_variables(shlex.split(part, comments=True))
        if name == "make":
            _check_targets([word for word in words if "=" not in word])
        elif name == "antiphon":
            _check_options(words)


SERVING = [
    each
    for each in COMMANDS
    if " serve" in str(each.values[0]) and "make" not in str(each.values[0])
]


@pytest.mark.parametrize("command", SERVING)
def test_a_service_that_is_shown_starts(command: str, tmp_path: Path) -> None:
    """With the flags that are shown it gets ready, on any free port here."""
    flags = shlex.split(command, comments=True)[2:]
    engine = flags[flags.index("--engine") + 1] if "--engine" in flags else "formant"
    if engine not in installed():
        pytest.skip(f"the engine {engine!r} is not in this version")
    if "--model" in flags:  # a checkpoint that a reader has downloaded
        flags[flags.index("--model") + 1] = str(write_random(tmp_path / "model"))
    with running(*flags, "--port", "0", data=tmp_path) as server:
        assert server.url


def _without_variables(words: list[str]) -> list[str]:
    """The command behind `NAME=value`."""
    while "=" in words[0]:
        words = words[1:]
    return words


def _check_targets(targets: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(targets) <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def _check_options(words: list[str]) -> None:
    if not words or words[0].startswith("-"):
        return
    assert words[0] in VERBS
    command = main.get_command(click.Context(main), words[0])
    if isinstance(command, click.Group):
        words = words[1:]
        command = command.commands[words[0]]
    assert command is not None
    known = {option for each in command.params for option in each.opts} | {"--help", "-h"}
    assert {word.partition("=")[0] for word in words[1:] if word.startswith("-")} <= known


def test_every_room_is_on_the_page_of_the_house() -> None:
    """With what it decides, and in the order in which imports may go."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "antiphon"
    rooms = {
        each.name + "/" * each.is_dir()
        for each in package.iterdir()
        if each.suffix == ".py" or each.is_dir()
    }
    rooms -= {"__init__.py", "__main__.py", "__pycache__/"}
    table = "\n".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    assert rooms <= set(re.findall(r"`([^`]+)`", table))
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    here = {room.rstrip("/").removesuffix(".py") for room in rooms}
    order = [[one for one in re.findall(r"\w+", layer) if one in here] for layer in layers]
    shown = " ".join(page.partition("keeps it so:")[2].partition(".")[0].split())
    assert shown == " → ".join(f"`{' | '.join(layer)}`" for layer in order)
