"""The only code that moves data to and from the device: runs one step after another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from antiphon.engines.glm.config import Specials
from antiphon.engines.glm.language_model import Cache, LanguageModel, open_cache
from antiphon.engines.glm.plans import Code, Free, Job, Result, Sound, Speak, Step, Wave
from antiphon.engines.glm.prompt_features import PromptFeatures
from antiphon.engines.glm.sampling import Sampling, SeededDraws, choose, masked
from antiphon.engines.glm.streaming import Left, Sounder, SoundState, Timbre

MOST_TIMBRES = 64  # of about 200 kB each
LOUDEST = 32_767


@dataclass(slots=True)
class _Held:
    """What the device holds for one sequence."""

    cache: Cache | None
    timbre: Timbre
    sound: SoundState


class Runner:
    """Runs steps, and holds what belongs to sequences and voices until it is told to let go."""

    def __init__(
        self,
        model: LanguageModel,
        sounder: Sounder,
        specials: Specials,
        device: torch.device,
        sampling: Sampling | None = None,
    ) -> None:
        self._model, self._sounder, self._specials = model, sounder, specials
        self._device, self._sampling = device, sampling or Sampling()
        self._held: dict[int, _Held] = {}
        self._timbres: OrderedDict[str, Timbre] = OrderedDict()
        self._rows = self._spoken_rows()

    @property
    def held(self) -> int:
        """How many sequences the device holds something for."""
        return len(self._held)

    def knows(self, voice: str) -> bool:
        """Whether that voice is on the device."""
        return voice in self._timbres

    def show(self, voice: str, features: PromptFeatures) -> None:
        """Bring what was made of a recording to the device; the least lately used goes."""
        device = self._device
        self._timbres[voice] = Timbre(
            features.speech_tokens.to(device).reshape(1, -1),
            features.mel.float().to(device),
            features.speaker.float().to(device).reshape(1, -1),
        )
        self._timbres.move_to_end(voice)
        while len(self._timbres) > MOST_TIMBRES:
            self._timbres.popitem(last=False)

    def forget(self, voice: str) -> None:
        """Let go of a voice."""
        self._timbres.pop(voice, None)

    def run(self, step: Step, is_left: Callable[[], bool]) -> Result:
        """One step; `is_left` is asked in the midst of a long one, which then gives nothing."""
        match step:
            case Free(number):
                self._held.pop(number, None)
                return None
            case Speak():
                return Code(self._speak(step))
            case Sound():
                return self._sound(step, is_left)

    @torch.inference_mode()
    def _speak(self, step: Speak) -> int | None:
        held = self._holding(step.number, step.job)
        if held.cache is None:
            held.cache = self._open(step.job)
            ids = list(step.job.prefix)
        else:
            ids = [(step.last_code or 0) + self._specials.first_audio]
        hidden = self._model(torch.tensor(ids, device=self._device), held.cache)
        # The draw is made on the CPU, so that every device draws alike.
        logits = self._model.logits(hidden[-1], self._rows).cpu()
        end = len(self._rows) - 1
        logp = masked(logits, end if step.index < step.job.bounds.least else None)
        draws = SeededDraws(step.job.seed)
        chosen, _ = choose(logp, step.recent, step.index, draws, self._sampling)
        return None if chosen == end else chosen

    def _sound(self, step: Sound, is_left: Callable[[], bool]) -> Wave | None:
        held, job = self._holding(step.number, step.job), step.job
        if step.is_last:
            held.cache = None  # nothing more is read
        if not step.codes:
            return Wave(b"")
        final = None if step.is_last else step.final
        try:
            wave, held.sound = self._sounder.advance(
                held.sound, held.timbre, step.codes, job.seed, final, is_left
            )
        except Left:
            return None
        return Wave(pcm_of(wave))

    def _holding(self, number: int, job: Job) -> _Held:
        if number not in self._held:
            self._held[number] = _Held(None, self._timbres[job.voice], self._sounder.start())
        return self._held[number]

    def _open(self, job: Job) -> Cache:
        config = self._model.config
        most = min(len(job.prefix) + job.bounds.most, config.max_positions)
        return open_cache(config, most, self._device, self._model.head.dtype)

    def _spoken_rows(self) -> Tensor:
        """The rows of the head that may be spoken: the codes in order, then the end.

        The reference lets text ids be drawn, warns, and speaks garbage for them; we leave them out.
        """
        first, last = self._specials.first_audio, self._specials.last_audio
        head = self._model.head.detach()
        return torch.cat((head[first : last + 1], head[self._specials.end, None]))


def pcm_of(wave: Tensor) -> bytes:
    """Mono s16 little-endian of samples between -1 and 1."""
    scaled = (wave.float().clamp(-1, 1) * LOUDEST).round().to(torch.int16)
    return scaled.cpu().numpy().astype("<i2").tobytes()
