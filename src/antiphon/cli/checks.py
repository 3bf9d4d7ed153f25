"""What the doctor looks at, one function for each thing; nothing that is broken ends the rest."""

from __future__ import annotations

import platform
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from importlib.metadata import requires, version
from importlib.util import find_spec
from pathlib import Path

from antiphon.errors import SpeechError
from antiphon.settings import Settings

NAME = re.compile(r"[A-Za-z0-9._-]+")
LITTLE_BYTES = 1 << 30
RANDOM = "whole, but of random weights: it speaks noise, for tests and benchmarks"
UNPROVEN = (
    "This engine was verified against the reference implementation with random weights;"
    " it has not yet been run on the official weights, so listen before you rely on it"
)


class State(Enum):
    """How it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    state: State
    what: str
    told: str


Look = Callable[[], tuple[State, str]]


def examined(settings: Settings) -> Iterator[Finding]:
    """Everything, in the order in which one thing needs another."""
    yield _found("python", _python)
    for name in _required():
        yield _found(name, _package(name))
    yield _found("espeak-ng", _espeak)
    yield _found("normalisation", _normalizer)
    yield _found("mp3", _mp3)
    if settings.model is not None and settings.engine == "glm":
        yield from _checkpoint(settings.model)
    yield from _engine(settings)
    yield _found("data folder", lambda: _folder(settings))
    yield _found(f"port {settings.port}", lambda: _port(settings))
    yield _found("gpu", _gpu)


def _found(what: str, look: Look) -> Finding:
    """A look that must not end the others, whatever it meets."""
    try:
        state, told = look()
    except Exception as error:
        return Finding(State.FAIL, what, str(error) or type(error).__name__)
    return Finding(state, what, told)


def _python() -> tuple[State, str]:
    told = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return (State.OK if sys.version_info >= (3, 11) else State.FAIL), told


def _required() -> Iterator[str]:
    """The packages that Antiphon needs on this machine."""
    for requirement in requires("antiphon") or ():
        _, _, marker = requirement.partition(";")
        elsewhere = "sys_platform != 'win32'" in marker.replace('"', "'") and _on_windows()
        if "extra" not in marker and not elsewhere and (name := NAME.match(requirement)):
            yield name.group()


def _on_windows() -> bool:
    return platform.system() == "Windows"


def _package(name: str) -> Look:
    def look() -> tuple[State, str]:
        import_module(name.replace("-", "_"))
        return State.OK, version(name)

    return look


def _espeak() -> tuple[State, str]:
    import ctypes

    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Info.restype = ctypes.c_char_p
    return State.OK, f"the library loads: {library.espeak_Info(None).decode()}"


def _normalizer() -> tuple[State, str]:
    from wetext import Normalizer

    said = Normalizer(lang="en", operator="tn").normalize("2 cats")
    return State.OK, f"'2 cats' is said {said!r}"


def _mp3() -> tuple[State, str]:
    from antiphon.audio.encoding import FORMATS, open_encoder

    encoder = open_encoder(FORMATS["mp3"], 24_000, 24_000)
    encoded = encoder.encode(bytes(48_000)) + encoder.finish()
    return (State.OK if encoded else State.FAIL), f"one second in {len(encoded)} bytes"


def _checkpoint(model: Path) -> Iterator[Finding]:
    """Every problem of its files is a line."""
    from antiphon.engines.glm.checkpoint import Checkpoint
    from antiphon.engines.glm.inspection import problems

    try:
        found = list(problems(model))
    except SpeechError as error:
        found = [str(error)]
    yield from (Finding(State.FAIL, "checkpoint", told) for told in found)
    if found:
        return
    if Checkpoint.at(model).is_random:
        yield Finding(State.WARN, "checkpoint", f"{RANDOM}. {UNPROVEN}")
    else:
        yield Finding(State.OK, "checkpoint", f"every file is there and fits. {UNPROVEN}")


def _engine(settings: Settings) -> Iterator[Finding]:
    """The engine speaks one sentence twice."""
    what = f"engine {settings.engine}"
    try:
        from antiphon.cli.trial import told, tried

        first, second = tried(settings)
    except Exception as error:
        yield Finding(State.FAIL, what, str(error) or type(error).__name__)
        return
    yield Finding(State.OK if second.audio_s else State.FAIL, what, told(first, second))
    if settings.model is not None and second.audio_s:
        from antiphon.cli.soundness import listened

        yield from listened(second, settings.model)
    if first.samples == second.samples:
        yield Finding(State.OK, "same seed", "two runs give identical samples")
    else:
        yield Finding(State.WARN, "same seed", "two runs differ")


def _folder(settings: Settings) -> tuple[State, str]:
    from antiphon.cli.serve import check_folder

    check_folder(settings.data)
    free = shutil.disk_usage(settings.data).free
    told = f"{settings.data} can be written, {free / (1 << 30):.1f} GiB free"
    return (State.OK if free >= LITTLE_BYTES else State.WARN), told


def _port(settings: Settings) -> tuple[State, str]:
    """Taken is worth a word and no failure: Antiphon itself may be running."""
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        return State.WARN, f"{error.strerror}; choose another with --port"
    return State.OK, "free"


def _gpu() -> tuple[State, str]:
    """Only for information: nothing needs torch unless an engine says so."""
    if find_spec("torch") is None:
        return State.OK, "torch is not installed; the built-in engine does not need it"
    torch = import_module("torch")
    if not torch.cuda.is_available():
        return State.OK, f"torch {torch.__version__}, no GPU"
    return State.OK, f"torch {torch.__version__}, {torch.cuda.get_device_name(0)}"
