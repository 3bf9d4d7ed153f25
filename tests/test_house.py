"""The house rules, as far as a test can hold them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from antiphon import __version__

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src" / "antiphon").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
# The style asks for 300 and 30; these are where it is no longer a matter of taste.
MOST_LINES, MOST_FUNCTION_LINES = 350, 40
# None of these may stand between a start and the first answer.
HEAVY = {
    *("torch", "scipy", "alembic", "sqlalchemy", "obstore", "numpy", "av", "soxr"),
    *("wetext", "kaldifst", "contractions", "pydantic", "httpx", "requests", "openai"),
}
MOST_MODULES = 600


def named(path: Path) -> str:
    """A file as a person calls it."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in a file, wherever it is defined."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_opens_with_one_sentence(path: Path) -> None:
    """If it needs a second one, it goes into a paragraph of its own."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, "the module says nothing about itself"
    first = docstring.split("\n\n")[0]
    assert first.endswith((".", ":"))
    assert not re.search(r"[.!?]\s+[A-Z]", first), first


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_files_and_functions_stay_small(path: Path) -> None:
    """What does not fit on a few screens is more than one thing."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    long = {
        f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno >= MOST_FUNCTION_LINES
    }
    assert not long


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_every_test_states_a_fact(path: Path) -> None:
    """The sentence is what is known when it passes."""
    silent = [f.name for f in functions(path) if f.name.startswith("test") and not _fact(f)]
    assert not silent


def _fact(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return (ast.get_docstring(function) or "").endswith(".")


def test_the_way_to_the_first_answer_is_light() -> None:
    """What the server loads before it listens holds none of the heavy libraries."""
    program = (
        "import sys, antiphon.cli.serve, antiphon.cli.server, antiphon.staircase\n"
        "assert 'antiphon.edge.app' in sys.modules\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, len(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    *loaded, count = done.stdout.decode().split()
    assert not HEAVY & set(loaded)
    assert int(count) < MOST_MODULES


def test_neither_the_edge_nor_the_command_line_imports_torch() -> None:
    """Nor do the parts of the GLM-TTS engine that touch no device; it is there, and stays out."""
    plain = ("engine", "checkpoint", "tokenizer", "phonemes", "wording", "scheduler", "downloading")
    modules = [
        f"antiphon.{path.parent.name}.{path.stem}"
        for path in SOURCES
        if path.parent.name in ("cli", "edge") and path.stem != "__init__"
    ]
    modules += [f"antiphon.engines.glm.{name}" for name in plain]
    program = (
        "import sys\nfrom importlib import import_module\nfrom importlib.util import find_spec\n"
        f"for name in {modules!r}:\n    import_module(name)\n"
        "assert find_spec('torch')\n"
        "print(*{'torch', 'onnxruntime', 'safetensors', 'tiktoken'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().split() == []


def test_the_changelog_knows_this_version() -> None:
    """The newest heading is the version of the package."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[([^\]]+)\]", changelog, re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == __version__


def test_no_setting_is_read_past_the_settings() -> None:
    """The environment is read in one place, where an unknown variable is refused."""
    readers = {
        named(path)
        for path in SOURCES
        if re.search(r"os\.(environ|getenv)\b", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"src/antiphon/settings.py"}
