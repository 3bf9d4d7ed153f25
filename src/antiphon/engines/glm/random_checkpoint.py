"""`antiphon model make-random`: a checkpoint in the official layout, all of random numbers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from antiphon.engines.glm.checkpoint import SPEAKER, TOKENIZER
from antiphon.engines.glm.random_sizes import SIZES, Size
from antiphon.engines.glm.random_tokenizer import write_tokenizer
from antiphon.engines.glm.speakers import VOICES
from antiphon.engines.glm.tokenizer import TextTokenizer
from antiphon.errors import BadCheckpoint, PackageMissing

Told = Callable[[str], None]


def write_random(out: Path, size: str = "tiny", seed: int = 0, told: Told = lambda _: None) -> Path:
    """Write it, whole or not at all; `told` hears of each part.

    Raises `BadCheckpoint` where the folder is taken.
    """
    for package in ("torch", "onnx", "safetensors", "tiktoken"):
        if find_spec(package) is None:
            raise PackageMissing(package, "glm")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadCheckpoint(out, "is not an empty folder; choose another with --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        _write(work, SIZES[size], seed, told)
        work.chmod(0o755)
        work.replace(out)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return out


def _write(folder: Path, size: Size, seed: int, told: Told) -> None:
    # These import numpy and torch, which the command line's help does without.
    from antiphon.engines.glm import random_models, random_parts

    random_parts.write_notes(folder, size.name, seed)
    random_parts.write_voice(folder / VOICES)
    random_parts.write_speaker_encoder(folder / SPEAKER, seed)
    told("text tokenizer")
    ids = write_tokenizer(folder / TOKENIZER, size.codes, size.ranks, size.audio_at)
    specials = TextTokenizer.open(folder / TOKENIZER).specials(size.codes)
    told("language model")
    random_models.write_language(folder, size, seed, ids, specials)
    told("speech tokenizer")
    random_models.write_hearing(folder, size, seed)
    told("flow")
    random_models.write_flow(folder, size, seed)
    told("vocoder")
    random_models.write_vocoder(folder, size, seed)
