"""The voices that a checkpoint brings: recordings, and prompts that it was trained with."""

from __future__ import annotations

import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from antiphon.engines.glm.checkpoint import Checkpoint
from antiphon.engines.glm.fields import Fields, read_text, read_yaml
from antiphon.errors import BadCheckpoint
from antiphon.speech import Recording

VOICES = "voices"  # NAME.wav, and NAME.txt with the words that it says
PROMPTS = "spk_prompt_dict.yaml"


def own_voices(checkpoint: Checkpoint) -> dict[str, Recording]:
    """The recordings in the folder `voices`, by name; the official checkpoint has none."""
    folder = checkpoint.root / VOICES
    found = sorted(folder.glob("*.wav")) if folder.is_dir() else []
    return {path.stem: _recording(path) for path in found}


def _recording(path: Path) -> Recording:
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, 2):
                raise BadCheckpoint(path, "must be mono, in 16 bits")
            pcm, rate = file.readframes(file.getnframes()), file.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise BadCheckpoint(path, f"cannot be read ({error})") from error
    return Recording(pcm, rate, read_text(path.with_suffix(".txt")).strip())


def trained_prompts(checkpoint: Checkpoint) -> Mapping[str, tuple[int, ...]]:
    """The ids that stand first for a speaker of a fine-tuned model, by the speaker's name.

    Only a checkpoint that brings `configs/spk_prompt_dict.yaml` was trained with them: the
    published one was not, and its repository keeps the list for those who train.
    """
    path = checkpoint.root / "configs" / PROMPTS
    if not path.is_file():
        return {}
    rows = checkpoint.language.vocab_size
    return {
        str(name): _ids(path, name, ids, rows)
        for name, ids in Fields.of(path, read_yaml(path)).values.items()
    }


def _ids(path: Path, name: str, ids: Any, rows: int) -> tuple[int, ...]:
    if not isinstance(ids, list) or not ids:
        raise BadCheckpoint(path, f"has no list of ids for {name!r}")
    if not all(isinstance(each, int) and 0 <= each < rows for each in ids):
        raise BadCheckpoint(path, f"has ids for {name!r} that the model of {rows} rows has not")
    return tuple(ids)
