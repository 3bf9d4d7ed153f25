"""Louder and softer, in mono s16 PCM."""

from __future__ import annotations

import numpy as np


def gained(pcm: bytes, decibels: float) -> bytes:
    """The same samples by so many decibels; what would overflow stays at full scale."""
    wave = np.frombuffer(pcm, np.int16) * 10 ** (decibels / 20)
    return np.clip(np.round(wave), -32_768, 32_767).astype(np.int16).tobytes()
