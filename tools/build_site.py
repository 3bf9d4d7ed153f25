"""Builds the documentation site into site/, with the sounds that its own examples make."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS, STAGE, SITE = ROOT / "docs", ROOT / "build" / "site", ROOT / "site"
SERVER = "http://localhost:7860"  # what the pages say; replaced by where it really is

HEAR = re.compile(r"<!-- hear: ([\w-]+\.mp3) -->")
BLOCK = re.compile(
    r"^(?P<mark><!-- (?:no-test|fails).*?-->\n\s*)?```(?P<kind>sh|python)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((\.\./[^)#]+)(?:#[^)]*)?\)")
PLAYER = '<audio class="hear" controls preload="metadata" src="{source}" title="{name}"></audio>'
RUN = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}


def main() -> None:
    """Stage the pages, make their sounds, build."""
    shutil.rmtree(STAGE, ignore_errors=True)
    shutil.copytree(DOCS, STAGE / "docs")
    shutil.copy2(ROOT / "mkdocs.yml", STAGE)
    with serving() as url:
        for page in sorted((STAGE / "docs").rglob("*.md")):
            text = page.read_text(encoding="utf-8")
            if HEAR.search(text):
                text = sounding(page, text, url)
            page.write_text(LINK.sub(partial(inside, page), text), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "zensical", "build", "--strict"], cwd=STAGE)
    if done.returncode:
        sys.exit("the site was not built: mend what is named above")
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.move(STAGE / "site", SITE)
    print(f"wrote {SITE.relative_to(ROOT)}/index.html")


def inside(page: Path, link: re.Match[str]) -> str:
    """The link, or where it leads out of the site, its words and the path."""
    target = DOCS / page.relative_to(STAGE / "docs").parent / link[2]
    resolved = Path(os.path.normpath(target))
    if resolved.is_relative_to(DOCS):
        return link[0]
    return f"{link[1]} (`{resolved.relative_to(ROOT)}`)"


def sounding(page: Path, text: str, url: str) -> str:
    """The page with a player wherever it says that something can be heard."""
    names = HEAR.findall(text)
    folder = page.parent / f"{page.stem}-sounds"
    folder.mkdir()
    with tempfile.TemporaryDirectory() as made:
        for block in BLOCK.finditer(text):
            if not block["mark"]:
                run(page, block, Path(made), url)
        for name in names:
            shutil.copy2(Path(made) / name, folder / name)
    print(f"heard {len(names)} sounds of {page.relative_to(STAGE / 'docs')}")
    return HEAR.sub(lambda hear: player(folder, hear[1]), text)


def run(page: Path, block: re.Match[str], folder: Path, url: str) -> None:
    """Run one example as a reader would; ends the build when it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*RUN[block["kind"]], block["code"].replace(SERVER, url)],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        line = block.string.count("\n", 0, block.start()) + 1
        sys.exit(f"{page.name}:{line} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def player(folder: Path, name: str) -> str:
    """What stands in the page for one sound."""
    if (folder / name).stat().st_size < 1024:
        sys.exit(f"{name} holds no sound")
    return PLAYER.format(source=f"{folder.name}/{name}", name=name)


@contextmanager
def serving() -> Iterator[str]:
    """The service on a free port, ready to speak; its address."""
    with tempfile.TemporaryDirectory() as data:
        flags = ["--port", "0", "--data", data, "--log-level", "warning"]
        command = [sys.executable, "-m", "antiphon", "serve", *flags]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=data) as process:
            try:
                yield ready(process)
            finally:
                process.terminate()


def ready(process: subprocess.Popen[str]) -> str:
    """Wait until it can speak; its address."""
    url = ""
    for line in process.stdout or ():
        url = next((word for word in line.split() if "://" in word), url)
        if " is ready:" in line:
            return url
    sys.exit("the service ended before it was ready")


if __name__ == "__main__":
    main()
