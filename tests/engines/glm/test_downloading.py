"""Downloads: resumed, verified, and refused before the disk is full."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest

from antiphon.engines.glm import downloading
from antiphon.engines.glm.downloading import (
    DiskFull,
    HuggingFace,
    ModelScope,
    download,
    open_hub,
)
from antiphon.engines.glm.fetching import DownloadFailed, fetched
from antiphon.errors import BadSetting, PackageMissing
from tests.engines.glm.hubs import Shelf, blob, digest, hub

# Larger than a block of the library, which goes on from whole blocks.
WEIGHTS = bytes(range(256)) * 49_152
CUT = 11_000_000
SPEAKER = b"campplus" * 5000
FILES = {
    "llm/config.json": b"{}",
    "llm/model.safetensors": WEIGHTS,
    "hift/hift.pt": WEIGHTS[::-1],
    "README.md": b"left out",
    "../outside": b"left out",
}


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A hub with a small checkpoint, and the speaker encoder's place beside it."""
    with hub(Shelf({**FILES, "campplus.onnx": SPEAKER})) as served:
        yield served


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    """The speaker encoder that is expected is the small one."""
    monkeypatch.setattr(downloading, "SPEAKER_BLOB", blob(SPEAKER))


def get(shelf: Shelf, out: Path, told: list[str] | None = None) -> Path:
    """Download from it."""
    said = [] if told is None else told
    source = HuggingFace(huggingface_hub, shelf.url)
    return download(source, out, said.append, f"{shelf.url}/campplus.onnx")


def asked(shelf: Shelf, name: str) -> list[str]:
    """The ranges in which a file was asked for."""
    return [wanted for found, wanted in shelf.asked if found == name and wanted]


def test_everything_is_fetched_and_verified(shelf: Shelf, tmp_path: Path) -> None:
    """The files of a checkpoint and the speaker encoder, and nothing else."""
    told: list[str] = []
    out = get(shelf, tmp_path / "model", told)
    assert (out / "llm/model.safetensors").read_bytes() == WEIGHTS
    assert (out / "frontend/campplus.onnx").read_bytes() == SPEAKER
    assert not (out / "README.md").exists()
    assert not (tmp_path / "outside").exists()
    assert told[0].startswith("3 of 3 files")


def test_what_is_there_is_not_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    """And what has become another file is."""
    out = get(shelf, tmp_path / "model")
    (out / "hift/hift.pt").write_bytes(b"\0" * len(WEIGHTS))
    shelf.asked.clear()
    get(shelf, out)
    assert not asked(shelf, "llm/model.safetensors")
    assert asked(shelf, "hift/hift.pt")
    assert (out / "hift/hift.pt").read_bytes() == FILES["hift/hift.pt"]


def test_a_broken_connection_is_gone_on_with(shelf: Shelf, tmp_path: Path) -> None:
    """From the byte where it broke, within the same run or in the next."""
    shelf.cut = {"llm/model.safetensors": CUT, "campplus.onnx": 10_000}
    with pytest.raises(DownloadFailed, match=r"campplus\.onnx.*the same command goes on"):
        get(shelf, tmp_path / "model")
    out = get(shelf, tmp_path / "model")
    assert (out / "llm/model.safetensors").read_bytes() == WEIGHTS
    assert (out / "frontend/campplus.onnx").read_bytes() == SPEAKER
    assert asked(shelf, "campplus.onnx") == ["whole", "bytes=10000-"]
    assert any(wanted.startswith("bytes=") for wanted in asked(shelf, "llm/model.safetensors"))


def test_a_file_that_is_not_what_the_hub_lists_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    """As large as it, and other inside: it does not stay."""
    shelf.swapped = {"hift/hift.pt": b"\1" * len(WEIGHTS)}
    with pytest.raises(DownloadFailed, match=r"hift/hift\.pt.*checksum"):
        get(shelf, tmp_path / "model")
    assert not (tmp_path / "model/hift/hift.pt").exists()


def test_room_is_looked_for_first(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is fetched where it would not fit."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    with pytest.raises(DiskFull, match=r"1\.0 GB free and 1\.1 GB are needed"):
        get(shelf, tmp_path / "model")
    assert not any(wanted for _, wanted in shelf.asked)


def test_a_hub_that_is_away_is_one_situation(tmp_path: Path) -> None:
    """Whatever its library raises."""
    away = HuggingFace(huggingface_hub, "http://127.0.0.1:9")
    with pytest.raises(DownloadFailed, match="the list of files could not be fetched"):
        download(away, tmp_path, lambda _: None)


def test_modelscope_is_asked_in_its_own_words(shelf: Shelf, tmp_path: Path) -> None:
    """Its list names folders, too, and has its own spelling."""
    listed: list[dict[str, Any]] = [
        {"Path": "llm", "Type": "tree", "Size": 0},
        {"Path": "hift/hift.pt", "Type": "blob", "Size": 3, "Sha256": digest(b"abc")},
    ]

    def fetch(model: str, name: str, revision: str, local_dir: str, endpoint: str | None) -> None:
        assert (model, revision, endpoint) == ("ZhipuAI/GLM-TTS", "master", None)
        path = Path(local_dir, name)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"abc")

    api = SimpleNamespace(get_model_files=lambda *_, **__: listed)
    library = SimpleNamespace(HubApi=lambda endpoint: api, model_file_download=fetch)
    out = download(
        ModelScope(library), tmp_path / "model", lambda _: None, f"{shelf.url}/campplus.onnx"
    )
    assert (out / "hift/hift.pt").read_bytes() == b"abc"


def test_a_missing_library_and_a_bad_address_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the package to install."""
    monkeypatch.setitem(__import__("sys").modules, "huggingface_hub", None)
    with pytest.raises(PackageMissing, match=r"antiphon\[hub\]"):
        open_hub("huggingface")
    with pytest.raises(BadSetting, match="begins with https://"):
        open_hub("huggingface", "hub.example.com")


def test_a_server_that_does_not_resume_sends_the_whole(shelf: Shelf, tmp_path: Path) -> None:
    """What was there is written over; a part that is whole is not asked for again."""
    path = tmp_path / "x.onnx"
    path.with_name("x.onnx.part").write_bytes(SPEAKER)
    fetched(f"{shelf.url}/campplus.onnx", path, blob(SPEAKER), lambda _: None)
    assert path.read_bytes() == SPEAKER
    with pytest.raises(DownloadFailed, match="the one that was published"):
        fetched(f"{shelf.url}/campplus.onnx", tmp_path / "y.onnx", "0" * 40, lambda _: None)
    with pytest.raises(DownloadFailed, match="404"):
        fetched(f"{shelf.url}/nothing", tmp_path / "z.onnx", "0" * 40, lambda _: None)
