"""Opens a checkpoint on a device: the memory it takes is counted before anything is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import nn

from antiphon.engines.glm.capacity import check_memory
from antiphon.engines.glm.checkpoint import VOCOS, Checkpoint
from antiphon.engines.glm.config import VocoderConfig
from antiphon.engines.glm.flow import Flow
from antiphon.engines.glm.hearing import Hearing
from antiphon.engines.glm.language_model import LanguageModel
from antiphon.engines.glm.mel import MEL_24K, MEL_32K
from antiphon.engines.glm.plans import BlockPlan
from antiphon.engines.glm.prompt_features import PromptFeatures
from antiphon.engines.glm.runner import Runner
from antiphon.engines.glm.scheduler import Scheduler
from antiphon.engines.glm.script import Script
from antiphon.engines.glm.speakers import own_voices, trained_prompts
from antiphon.engines.glm.streaming import Sounder
from antiphon.engines.glm.vocoder import Vocoder
from antiphon.engines.glm.vocoder_32k import CompiledVocoder
from antiphon.engines.glm.vocoding import MelVocoder
from antiphon.engines.glm.weights import flow_weights, language_weights, vocoder_weights
from antiphon.engines.registry import EngineOptions
from antiphon.errors import BadCheckpoint, BadSetting
from antiphon.speech import Recording

RANDOM = "This model's weights are random numbers: what it says holds no words."
RANDOM_VOICE = "A synthetic recording, for a model of random weights."
TRAINED_VOICE = "A recording that came with the checkpoint."
PRECISIONS = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
MELS = {"24k": MEL_24K, "32k": MEL_32K}  # what each vocoder takes


@dataclass(frozen=True, slots=True)
class Loaded:
    """A checkpoint that is ready: who runs it, who reads for it, who hears, and its own voices.

    `told` says of its voices what they are, `notice` what listeners should know; `trained` are ids
    that stand first for a speaker.
    """

    runner: Runner
    scheduler: Scheduler
    script: Script
    hear: Callable[[Recording], PromptFeatures]
    digest: str
    rate: int
    voices: Mapping[str, Recording]
    trained: Mapping[str, tuple[int, ...]]
    told: str
    notice: str


def load(options: EngineOptions, plan: BlockPlan | None = None) -> Loaded:
    """Everything of `options.model`; raises `BadCheckpoint`, `BadSetting` or `MemoryShort`."""
    if options.model is None:
        raise BadSetting("no checkpoint is named")
    checkpoint = Checkpoint.open(options.model)
    device, dtype = device_of(options.device), PRECISIONS[options.precision]
    check_memory(checkpoint, device, dtype.itemsize, options.workers or 1)
    specials = checkpoint.tokenizer.specials(checkpoint.speech_tokenizer.codes)
    if misfits := specials.misfits(
        checkpoint.speech_tokenizer.codes, checkpoint.language.vocab_size
    ):
        raise BadCheckpoint(checkpoint.root, "does not fit together: " + "; ".join(misfits))
    flow, vocoder = _flow(checkpoint, device), _vocoder(checkpoint, device, options.vocoder)
    hearing = Hearing.load(checkpoint, device, MELS[options.vocoder])
    return Loaded(
        Runner(_language(checkpoint, device, dtype), Sounder(flow, vocoder), specials, device),
        Scheduler(plan),
        Script(checkpoint.tokenizer, specials, checkpoint.language.max_positions),
        hearing.features,
        _digest(checkpoint, options),
        vocoder.rate,
        own_voices(checkpoint),
        trained_prompts(checkpoint),
        RANDOM_VOICE if checkpoint.is_random else TRAINED_VOICE,
        RANDOM if checkpoint.is_random else "",
    )


def device_of(name: str) -> torch.device:
    """The device of that name; `auto` is the first GPU, where there is one.

    Raises `BadSetting` for one that is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        why = str(error).strip().split("\n")[0][:160]
        raise BadSetting(f"the device {name!r} cannot be used: {why}") from error
    return device


def _digest(checkpoint: Checkpoint, options: EngineOptions) -> str:
    """The name of what sounds: that of the checkpoint, and what is not as it usually is."""
    usual = EngineOptions()
    changed = [
        chosen
        for chosen, default in (
            (options.precision, usual.precision),
            (options.vocoder, usual.vocoder),
        )
        if chosen != default
    ]
    return "-".join([*(["random"] if checkpoint.is_random else []), checkpoint.digest, *changed])


def _language(checkpoint: Checkpoint, device: torch.device, dtype: torch.dtype) -> LanguageModel:
    with torch.device("meta"):
        model = LanguageModel(checkpoint.language)
    _fill(checkpoint, model, language_weights(checkpoint))
    return model.to(device, dtype)


def _flow(checkpoint: Checkpoint, device: torch.device) -> Flow:
    """In single precision, as the vocoder: in less, some sounds become unclear.

    Both compute tables for themselves, so they are not built on `meta` as the larger models are.
    """
    flow = Flow(checkpoint.flow)
    _fill(checkpoint, flow, flow_weights(checkpoint))
    return flow.to(device, torch.float32)


def _vocoder(checkpoint: Checkpoint, device: torch.device, name: str) -> MelVocoder:
    """The vocoder of that name; raises `BadCheckpoint` where the checkpoint has none."""
    if name == "32k":
        if checkpoint.vocoder_32k is None:
            raise BadCheckpoint(checkpoint.root, f"has no 32 kHz vocoder ({VOCOS})")
        return CompiledVocoder.load(checkpoint.vocoder_32k, device)
    weights = vocoder_weights(checkpoint)
    shapes = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    vocoder = Vocoder(VocoderConfig.of(checkpoint.vocoder_weights, shapes))
    _fill(checkpoint, vocoder, weights)
    return vocoder.fold().to(device, torch.float32)


def _fill(checkpoint: Checkpoint, model: nn.Module, weights: dict[str, torch.Tensor]) -> None:
    try:
        model.load_state_dict(weights, assign=True)
    except RuntimeError as error:
        why = " ".join(str(error).split())[:300]
        raise BadCheckpoint(
            checkpoint.root, f"has other weights than its configuration: {why}"
        ) from error
    model.eval().requires_grad_(False)
