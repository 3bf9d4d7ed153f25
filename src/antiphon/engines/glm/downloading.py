"""Fetches the official checkpoint from a hub: room is looked for first, every file is verified."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from antiphon.engines.glm.checkpoint import SPEAKER
from antiphon.engines.glm.fetching import DownloadFailed, Told, fetched
from antiphon.errors import BadSetting, Misconfigured, PackageMissing

HUGGINGFACE, MODELSCOPE = "zai-org/GLM-TTS", "ZhipuAI/GLM-TTS"
# The speaker encoder lies in the code repository: this commit's, named by git's own hash.
SPEAKER_URL = (
    "https://raw.githubusercontent.com/zai-org/GLM-TTS/"
    "c5dc7aecc3b4032032d631b271e767893984f821/frontend/campplus.onnx"
)
SPEAKER_BLOB = "d0678e51f871c8365a1bf60606f6358619af4cb6"
SPEAKER_BYTES = 40 << 20  # about
FOLDERS = ("llm", "vq32k-phoneme-tokenizer", "speech_tokenizer", "flow", "hift", "vocos2d")
SPARE_BYTES = 1 << 30  # room to be left on the disk
BLOCK = 1 << 20


class DiskFull(Misconfigured):
    """There is no room for a model."""

    code = "disk_full"

    def __init__(self, folder: Path, needed: int, free: int) -> None:
        super().__init__(
            f"{folder} has {free / 1e9:.1f} GB free and {needed / 1e9:.1f} GB are needed;"
            " make room, or choose another folder with --out"
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the hub lists it; small files have no checksum there."""

    name: str
    size: int
    sha256: str | None


class Hub(Protocol):
    """Where a checkpoint can be had."""

    def files(self) -> Sequence[Listed]:
        """What there is; raises `DownloadFailed`."""
        ...

    def fetch(self, name: str, folder: Path) -> None:
        """One file, to its place below the folder, from where it was interrupted on."""
        ...


@dataclass(frozen=True, slots=True)
class HuggingFace:
    """huggingface.co, or a mirror of it."""

    library: Any
    endpoint: str | None = None
    revision: str | None = None

    def files(self) -> list[Listed]:
        """From the metadata of the repository."""
        api = self.library.HfApi(endpoint=self.endpoint)
        found = api.model_info(HUGGINGFACE, revision=self.revision, files_metadata=True)
        return [
            Listed(each.rfilename, each.size or 0, each.lfs.sha256 if each.lfs else None)
            for each in found.siblings
        ]

    def fetch(self, name: str, folder: Path) -> None:
        """The library shows its progress and resumes."""
        self.library.hf_hub_download(
            HUGGINGFACE, name, local_dir=folder, endpoint=self.endpoint, revision=self.revision
        )


@dataclass(frozen=True, slots=True)
class ModelScope:
    """modelscope.cn."""

    library: Any
    endpoint: str | None = None
    revision: str | None = None

    def files(self) -> list[Listed]:
        """From the list of files; folders are listed too, and left out."""
        api = self.library.HubApi(endpoint=self.endpoint)
        found = api.get_model_files(MODELSCOPE, revision=self.revision or "master", recursive=True)
        return [
            Listed(each["Path"], int(each["Size"]), each.get("Sha256") or None)
            for each in found
            if each.get("Type") != "tree"
        ]

    def fetch(self, name: str, folder: Path) -> None:
        """The library shows its progress and resumes."""
        self.library.model_file_download(
            MODELSCOPE,
            name,
            revision=self.revision or "master",
            local_dir=str(folder),
            endpoint=self.endpoint,
        )


def open_hub(name: str, endpoint: str | None = None, revision: str | None = None) -> Hub:
    """The hub of that name; raises `PackageMissing` where its library is not installed."""
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise BadSetting(
            f"the address of a hub begins with https://, and {endpoint!r:.80} does not"
        )
    if name == "modelscope":
        try:
            from modelscope import hub
            from modelscope.hub import api, file_download  # noqa: F401
        except ImportError as error:
            raise PackageMissing("modelscope", "hub") from error
        library = _Together(hub.api.HubApi, hub.file_download.model_file_download)
        return ModelScope(library, endpoint, revision)
    try:
        import huggingface_hub
    except ImportError as error:
        raise PackageMissing("huggingface_hub", "hub") from error
    return HuggingFace(huggingface_hub, endpoint, revision)


@dataclass(frozen=True, slots=True)
class _Together:
    """What we use of modelscope, which keeps it in two places."""

    HubApi: Any
    model_file_download: Any


def download(hub: Hub, out: Path, told: Told, speaker_url: str = SPEAKER_URL) -> Path:
    """Every file of the checkpoint, verified; raises `DiskFull` or `DownloadFailed`."""
    listed = [each for each in _asked(hub.files, "the list of files") if _wanted(each.name)]
    if not listed:
        raise DownloadFailed("the list of files", "it holds no checkpoint")
    rest = [each for each in listed if not _is_whole(out, each)]
    out.mkdir(parents=True, exist_ok=True)
    _check_room(out, sum(each.size for each in rest) + SPEAKER_BYTES)
    told(f"{len(rest)} of {len(listed)} files, {sum(each.size for each in rest) / 1e9:.1f} GB")
    for each in rest:
        told(each.name)
        (out / each.name).unlink(missing_ok=True)  # else a library may take it for what it fetched
        _asked(partial(hub.fetch, each.name, out), each.name)
        if not _is_whole(out, each):
            (out / each.name).unlink(missing_ok=True)
            raise DownloadFailed(each.name, "its checksum is not the hub's")
    fetched(speaker_url, out / SPEAKER, SPEAKER_BLOB, told)
    return out


def _wanted(name: str) -> bool:
    """Below one of the folders of a checkpoint, and never beside them."""
    path = PurePosixPath(name)
    return path.parts[0] in FOLDERS and ".." not in path.parts and not path.is_absolute()


def _is_whole(folder: Path, listed: Listed) -> bool:
    path = folder / listed.name
    if not path.is_file() or path.stat().st_size != listed.size:
        return False
    return listed.sha256 is None or digest(path) == listed.sha256


def digest(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            made.update(block)
    return made.hexdigest()


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise DiskFull(folder, needed + SPARE_BYTES, free)


def _asked(ask: Callable[[], Any], what: str) -> Any:
    """Whatever a hub's library raises becomes one situation, with its own words."""
    try:
        return ask()
    except Exception as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DownloadFailed(what, why[:200]) from error
