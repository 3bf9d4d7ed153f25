"""The generated pages say what the running service says, and the site leads nowhere else."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import urllib.request
from pathlib import Path
from types import ModuleType

import pytest

from antiphon.engines.formant.voices import CHOIR, LANGUAGES
from tests.cli.running import running

ROOT = Path(__file__).parents[1]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generator of the HTTP page."""
    return loaded("http_page", monkeypatch)


def loaded(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of tools/, which is no package."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


def test_the_http_page_is_made_from_what_the_service_answers(
    tool: ModuleType, tmp_path: Path
) -> None:
    """The document behind the page and `GET /openapi.json` of a real server are one."""
    with (
        running(data=tmp_path) as server,
        urllib.request.urlopen(f"{server.url}/openapi.json") as answer,
    ):
        told = json.load(answer)
    assert told == json.loads(json.dumps(tool.document()))


def test_every_field_of_a_request_is_explained(tool: ModuleType) -> None:
    """The page has words for each field that is there, and for none that is not."""
    schemas = tool.document()["components"]["schemas"]
    for name, meanings in tool.FORMS.items():
        assert schemas[name]["properties"].keys() == meanings.keys(), name


def test_every_link_of_the_http_page_has_its_section(tool: ModuleType) -> None:
    """A type that is named is described."""
    page = tool.http_page()
    sections = {f"#{name.lower()}" for name in re.findall(r"^## (\w+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\((#\w+)\)", page)) <= sections


def test_every_voice_and_language_is_on_its_page() -> None:
    """The page of voices leaves nobody out."""
    page = (ROOT / "docs" / "reference" / "voices.md").read_text(encoding="utf-8")
    assert not [name for name in (*CHOIR, *LANGUAGES) if f"| `{name}` |" not in page]


def test_a_link_out_of_the_site_becomes_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site holds docs/ alone, so it names a file elsewhere instead of linking to it."""
    site = loaded("build_site", monkeypatch)
    page = site.STAGE / "docs" / "decisions" / "some.md"
    text = "see [the results](../../benchmarks/results/x.md) and [the walk](../walk.md)"
    told = site.LINK.sub(lambda link: site.inside(page, link), text)
    assert told == "see the results (`benchmarks/results/x.md`) and [the walk](../walk.md)"
