"""What is wrong with a checkpoint, a plain sentence for each thing; nothing ends the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from antiphon.engines.glm import speakers
from antiphon.engines.glm.checkpoint import HEARING, LANGUAGE, Checkpoint
from antiphon.engines.glm.config import SPEAKER_DIM, TOKEN_RATE_HZ, VocoderConfig
from antiphon.engines.glm.tokenizer import Vocabulary
from antiphon.errors import BadCheckpoint, PackageMissing

if TYPE_CHECKING:
    from torch import nn

SHOWN = 3  # of the names that are wrong in one way
NEEDED = ("torch", "safetensors", "tiktoken", "yaml", "onnxruntime")

Shapes = Mapping[str, tuple[int, ...]]


def problems(path: Path) -> Iterator[str]:
    """Every problem of the checkpoint in that folder; raises `PackageMissing`."""
    for package in NEEDED:
        if find_spec(package) is None:
            raise PackageMissing(package, "glm")
    if not path.is_dir():
        yield f"{path} is not a folder"
        return
    checkpoint = Checkpoint.at(path)
    yield from (f"{checkpoint.root / name} is missing" for name in checkpoint.missing())
    for look in LOOKS:
        try:
            yield from look(checkpoint)
        except BadCheckpoint as error:
            if not error.is_missing:  # said already
                yield error.problem


def _tokenizer(checkpoint: Checkpoint) -> Iterator[str]:
    vocabulary = Vocabulary.read(checkpoint.tokenizer_folder)
    yield from vocabulary.problems()
    codes = checkpoint.speech_tokenizer.codes
    yield from checkpoint.tokenizer.specials(codes).misfits(codes, checkpoint.language.vocab_size)
    for name, number in vocabulary.specials.items():
        if checkpoint.tokenizer.encode_special(name) != [number]:
            yield f"{name} does not become the one id {number}"


def _language(checkpoint: Checkpoint) -> Iterator[str]:
    from antiphon.engines.glm.language_model import LanguageModel

    config = checkpoint.language
    found = checkpoint.shapes(LANGUAGE)
    yield from _misfits(LANGUAGE, _shapes(lambda: LanguageModel(config)), found)


def _hearing(checkpoint: Checkpoint) -> Iterator[str]:
    from antiphon.engines.glm.speech_tokenizer import SpeechTokenizer
    from antiphon.engines.glm.weights import HEARING_PREFIX, hearing_names

    config, found = checkpoint.speech_tokenizer, checkpoint.shapes(HEARING)
    used = {n: found[HEARING_PREFIX + n] for n in hearing_names(found, config.quantize_position)}
    yield from _misfits(HEARING, _shapes(lambda: SpeechTokenizer(config)), used)


def _flow(checkpoint: Checkpoint) -> Iterator[str]:
    from antiphon.engines.glm.flow import Flow
    from antiphon.engines.glm.weights import flow_weights

    config = checkpoint.flow
    found = {name: tuple(tensor.shape) for name, tensor in flow_weights(checkpoint).items()}
    yield from _misfits("flow", _shapes(lambda: Flow(config)), found)
    if config.token_rate_hz != TOKEN_RATE_HZ:
        yield f"flow/config.yaml has {config.token_rate_hz:g} tokens a second, not {TOKEN_RATE_HZ}"
    if config.token_rows < checkpoint.speech_tokenizer.codes:
        yield f"the flow knows {config.token_rows} speech tokens, fewer than there are"


def _vocoder(checkpoint: Checkpoint) -> Iterator[str]:
    from antiphon.engines.glm.vocoder import Vocoder
    from antiphon.engines.glm.weights import vocoder_weights

    found = {name: tuple(tensor.shape) for name, tensor in vocoder_weights(checkpoint).items()}
    config = VocoderConfig.of(checkpoint.vocoder_weights, found)
    yield from _misfits("hift", _shapes(lambda: Vocoder(config)), found)
    if config.mels != checkpoint.flow.mels:
        yield f"the vocoder takes {config.mels} mel bands and the flow makes {checkpoint.flow.mels}"


def _speaker(checkpoint: Checkpoint) -> Iterator[str]:
    """Heard once, on a second of nothing: a graph tells its true output only when it runs."""
    import numpy as np
    import onnxruntime

    path = checkpoint.speaker_encoder
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        given = {session.get_inputs()[0].name: np.zeros((1, 100, 80), np.float32)}
        vector = np.asarray(session.run(None, given)[0])
    except Exception as error:
        yield f"{path} does not run ({str(error).splitlines()[0][:120]})"
        return
    if vector.size != SPEAKER_DIM:
        yield f"{path} gives {vector.size} numbers, and a speaker has {SPEAKER_DIM}"


def _voices(checkpoint: Checkpoint) -> Iterator[str]:
    speakers.trained_prompts(checkpoint)
    for name, recording in speakers.own_voices(checkpoint).items():
        if not recording.transcript:
            yield f"the voice {name!r} has no transcript"


def _adapter(checkpoint: Checkpoint) -> Iterator[str]:
    if checkpoint.adapter:
        from antiphon.engines.glm.weights import language_weights

        language_weights(checkpoint)
    yield from ()


LOOKS: tuple[Callable[[Checkpoint], Iterator[str]], ...] = (
    _tokenizer,
    _language,
    _hearing,
    _flow,
    _vocoder,
    _speaker,
    _voices,
    _adapter,
)


def _shapes(build: Callable[[], nn.Module]) -> Shapes:
    """The names and shapes that our own module has, without the memory for its numbers."""
    import torch

    with torch.device("meta"):
        module = build()
    return {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


def _misfits(part: str, wanted: Shapes, found: Shapes) -> Iterator[str]:
    missing = [name for name in wanted if name not in found]
    spare = [name for name in found if name not in wanted]
    if missing:
        yield f"{part} lacks {len(missing)} of {len(wanted)} tensors: {_few(missing)}"
    if spare:
        yield f"{part} has {len(spare)} tensors that no part uses: {_few(spare)}"
    for name in wanted:
        if name in found and wanted[name] != found[name]:
            yield f"{part} has {name} of shape {found[name]}, and it must be {wanted[name]}"


def _few(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" and {more} more" if more > 0 else "")
