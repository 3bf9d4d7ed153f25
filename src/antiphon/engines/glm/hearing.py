"""Hears a recording as the models need it: its speech tokens, its mel, and who speaks."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from antiphon.engines.glm.checkpoint import Checkpoint
from antiphon.engines.glm.mel import MEL_24K, MelSettings, log_mel
from antiphon.engines.glm.prompt_features import PromptFeatures
from antiphon.engines.glm.sinc_resampling import resampled
from antiphon.engines.glm.speaker_encoder import SpeakerEncoder
from antiphon.engines.glm.speech_tokenizer import SpeechTokenizer
from antiphon.engines.glm.weights import speech_tokenizer_weights
from antiphon.refusals import ReferenceTooShort
from antiphon.speech import Recording

HEARD_RATE = 16_000  # of speech tokenizer and speaker encoder
SHORTEST_S = 0.5
FULL_SCALE = 32_768


class Hearing:
    """The models that hear, and the mel that the flow is shown."""

    def __init__(
        self, tokenizer: SpeechTokenizer, speakers: SpeakerEncoder, mel: MelSettings = MEL_24K
    ) -> None:
        self._tokenizer, self._speakers, self._mel = tokenizer, speakers, mel

    @classmethod
    def load(
        cls, checkpoint: Checkpoint, device: torch.device, mel: MelSettings = MEL_24K
    ) -> Hearing:
        """From a checkpoint, in single precision; raises `BadCheckpoint`."""
        with torch.device("meta"):
            tokenizer = SpeechTokenizer(checkpoint.speech_tokenizer)
        tokenizer.load_state_dict(speech_tokenizer_weights(checkpoint), assign=True)
        ready = tokenizer.to(device, torch.float32).eval().requires_grad_(False)
        return cls(ready, SpeakerEncoder(checkpoint.speaker_encoder), mel)

    @torch.inference_mode()
    def features(self, recording: Recording) -> PromptFeatures:
        """All that is known of a recording; raises `ReferenceTooShort`.

        Each rate is resampled from the recording itself, as in training.
        """
        wave = wave_of(recording)
        seconds = wave.shape[1] / recording.rate
        if seconds < SHORTEST_S:
            raise ReferenceTooShort(seconds, seconds, SHORTEST_S, SHORTEST_S)
        heard = resampled(wave, recording.rate, HEARD_RATE)[0]
        shown = resampled(wave, recording.rate, self._mel.rate)
        device = self._tokenizer.conv1.weight.device
        return PromptFeatures(
            torch.tensor(self._tokenizer.tokens(heard.to(device))),
            log_mel(shown, self._mel).transpose(1, 2).contiguous(),
            self._speakers.vector(heard),
            self._mel.rate,
        )


def wave_of(recording: Recording) -> Tensor:
    """Its samples [1, S], from -1 to 1."""
    samples = np.frombuffer(recording.pcm, dtype="<i2").astype(np.float32)
    return torch.from_numpy(samples / FULL_SCALE)[None]
