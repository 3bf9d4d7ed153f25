"""The folder of a checkpoint in the official layout: where each file lies, and what it says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from antiphon.engines.glm.config import FlowConfig, LanguageConfig, SpeechTokenizerConfig
from antiphon.engines.glm.fields import Fields, read_json
from antiphon.engines.glm.tokenizer import CONFIG, RANKS, TextTokenizer
from antiphon.errors import BadCheckpoint

# Each part's folder, and the files it cannot do without.
LANGUAGE, TOKENIZER, HEARING = "llm", "vq32k-phoneme-tokenizer", "speech_tokenizer"
FLOW, HIFT, VOCOS = "flow/flow.pt", "hift/hift.pt", "vocos2d/generator_jit.ckpt"
SPEAKER = "frontend/campplus.onnx"
NEEDED = (
    f"{LANGUAGE}/config.json",
    f"{TOKENIZER}/{RANKS}",
    f"{TOKENIZER}/{CONFIG}",
    f"{HEARING}/config.json",
    f"{HEARING}/preprocessor_config.json",
    "flow/config.yaml",
    FLOW,
    HIFT,
)
SHARDS = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
RANDOM = "random.json"  # written beside random weights, never beside trained ones
LONGEST_HEADER = 100 << 20

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that has all its files; what they hold is read when it is asked for.

    `root` is the folder that holds `llm`. Reads no weights and imports no torch: that is for
    `weights.py`. `adapter` is a folder with a LoRA adapter, merged at load, or None.
    """

    root: Path

    @classmethod
    def open(cls, path: Path) -> Checkpoint:
        """A checkpoint, or a clone of the official repository whose `ckpt` folder is one.

        Raises `BadCheckpoint` when files are missing.
        """
        checkpoint = cls.at(path)
        missing = checkpoint.missing()
        if missing:
            raise BadCheckpoint(path, "lacks " + ", ".join(missing[:4]) + _more(missing[4:]))
        return checkpoint

    @classmethod
    def at(cls, path: Path) -> Checkpoint:
        """The same, whether or not anything is there."""
        return cls(path / "ckpt" if (path / "ckpt" / LANGUAGE).is_dir() else path)

    def missing(self) -> list[str]:
        """The needed files that are not there, as they are named in the official layout."""
        gone = [name for name in NEEDED if not (self.root / name).is_file()]
        gone += [
            f"{part}/model.safetensors" for part in (LANGUAGE, HEARING) if not self.shards(part)
        ]
        return gone + ([] if self._speaker_encoder() else [SPEAKER])

    @cached_property
    def language(self) -> LanguageConfig:
        """How large the language model is."""
        return LanguageConfig.read(self.root / LANGUAGE / "config.json")

    @cached_property
    def speech_tokenizer(self) -> SpeechTokenizerConfig:
        """How the speech tokenizer hears."""
        folder = self.root / HEARING
        return SpeechTokenizerConfig.read(
            folder / "config.json", folder / "preprocessor_config.json"
        )

    @cached_property
    def flow(self) -> FlowConfig:
        """How large the flow is, and how it is guided."""
        return FlowConfig.read(self.root / "flow/config.yaml")

    @cached_property
    def tokenizer(self) -> TextTokenizer:
        """What turns text into ids."""
        return TextTokenizer.open(self.tokenizer_folder)

    @property
    def tokenizer_folder(self) -> Path:
        """Where the files of the text tokenizer lie."""
        return self.root / TOKENIZER

    @property
    def flow_weights(self) -> Path:
        """A pickle, to be loaded as weights only."""
        return self.root / FLOW

    @property
    def vocoder_weights(self) -> Path:
        """A pickle, to be loaded as weights only."""
        return self.root / HIFT

    @property
    def vocoder_32k(self) -> Path | None:
        """The 32 kHz vocoder as TorchScript, where the checkpoint has it."""
        return self._first(VOCOS)

    @property
    def speaker_encoder(self) -> Path:
        """The ONNX file that hears who speaks; raises `BadCheckpoint` where there is none."""
        found = self._speaker_encoder()
        if found is None:
            raise BadCheckpoint(self.root, f"lacks {SPEAKER}", is_missing=True)
        return found

    @property
    def adapter(self) -> Path | None:
        """The folder of a LoRA adapter that is merged into the language model."""
        found = self._first("lora/adapter_config.json")
        return None if found is None else found.parent

    @property
    def configs(self) -> Path | None:
        """The folder of `G2P_able_1word.json` and its like, where the checkpoint brings its own."""
        found = self._first("configs", self.root.parent / "configs")
        return found if found and found.is_dir() else None

    @property
    def is_random(self) -> bool:
        """Whether the weights are random numbers, made for tests and benchmarks."""
        return (self.root / RANDOM).is_file()

    def shards(self, part: str) -> list[Path]:
        """The safetensors files of `llm` or `speech_tokenizer`: those of the index, or all."""
        folder = self.root / part
        index = folder / "model.safetensors.index.json"
        if index.is_file():
            listed = Fields.of(index, Fields.of(index, read_json(index)).values.get("weight_map"))
            return [folder / name for name in sorted({str(v) for v in listed.values.values()})]
        found = folder.iterdir() if folder.is_dir() else iter(())
        return sorted(path for path in found if SHARDS.fullmatch(path.name))

    def shapes(self, part: str) -> Shapes:
        """The shape of every tensor of `llm` or `speech_tokenizer`, from the headers alone."""
        return {name: shape for path in self.shards(part) for name, shape in _header(path)}

    @cached_property
    def digest(self) -> str:
        """16 hex digits that name this model: over its small files, and the sizes of the large.

        Weights are gigabytes; their safetensors headers and their lengths stand for them, and a
        random checkpoint's seed is in its `random.json`.
        """
        made = hashlib.sha256()
        for path in sorted(self._files()):
            size = path.stat().st_size
            made.update(f"{path.relative_to(self.root).as_posix()}\0{size}\0".encode())
            with path.open("rb") as file:
                made.update(file.read(1 << 16))
                file.seek(max(size - (1 << 16), 0))
                made.update(file.read(1 << 16))
        return made.hexdigest()[:16]

    def _files(self) -> Iterator[Path]:
        for folder in (LANGUAGE, TOKENIZER, HEARING, "flow", "hift", "vocos2d", "lora", "configs"):
            yield from (path for path in (self.root / folder).rglob("*") if path.is_file())
        if self.is_random:
            yield self.root / RANDOM

    def _speaker_encoder(self) -> Path | None:
        beside = self.root.parent / SPEAKER  # a clone of the code repository keeps it there
        return self._first(SPEAKER, self.root / "campplus.onnx", beside)

    def _first(self, *names: str | Path) -> Path | None:
        return next((self.root / name for name in names if (self.root / name).exists()), None)


def _more(rest: list[str]) -> str:
    return f" and {len(rest)} more files" if rest else ""


def _header(path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The names and shapes in a safetensors file: eight bytes of length, then JSON."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            told = json.loads(file.read(length)) if 0 < length < LONGEST_HEADER else None
    except (OSError, ValueError) as error:
        raise BadCheckpoint(path, "is not a whole safetensors file") from error
    for name, entry in Fields.of(path, told).values.items():
        if name != "__metadata__":
            yield name, tuple(Fields.of(path, entry).values.get("shape", ()))
