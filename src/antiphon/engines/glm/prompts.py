"""What is made of a recording once: the ids of its words, and the features of its sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from antiphon.engines.glm.prompt import Said

if TYPE_CHECKING:
    from antiphon.engines.glm.prompt_features import PromptFeatures

MOST_KEPT = 64  # of about 200 kB each


@dataclass(frozen=True, slots=True)
class Prompt:
    """A recording as the model takes it."""

    text: tuple[int, ...]
    features: PromptFeatures

    @property
    def said(self) -> Said:
        """What the language model reads of it."""
        return Said(self.text, tuple(int(code) for code in self.features.speech_tokens.flatten()))


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    text: tuple[int, ...]
    features: bytes


def encode(prompt: Prompt) -> bytes:
    """As bytes, to be kept beside the recording."""
    return msgspec.msgpack.encode(_Kept(prompt.text, prompt.features.to_bytes()))


def decode(data: bytes) -> Prompt | None:
    """What was kept; None when it is spoilt."""
    from antiphon.engines.glm.prompt_features import PromptFeatures

    try:
        kept = msgspec.msgpack.decode(data, type=_Kept)
    except msgspec.MsgspecError:
        return None
    features = PromptFeatures.from_bytes(kept.features)
    return None if features is None else Prompt(kept.text, features)
