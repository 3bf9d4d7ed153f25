"""Fixed passages said with a voice that is being fitted, as waves to measure."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from antiphon.audio.analysis.framing import Wave
from antiphon.engines.formant.library import FreshLibrary, Word
from antiphon.engines.formant.voices import worn

# Statements and a question of everyday length, with every vowel and every tone.
PASSAGES = {
    "en-us": (
        "The north wind and the sun were arguing one day about which of them was stronger.",
        "A traveler came along, wrapped up in a warm coat, and they agreed to try.",
        "How many people have you asked?",
    ),
    "cmn": (
        "有一天，北风和太阳在争论谁的本领大。",
        "正在这个时候，路上来了一个走道儿的，他身上穿着一件厚大衣。",
        "你问过多少人？",
    ),
}
VOLUME = 50


class Rehearsal:
    """Says passages; each clause with a library of its own, as the engine will."""

    def __init__(self, library: Path, data: Path) -> None:
        self._library, self._data = library, data
        self.rate = 0

    def say(self, language: str, lines: str, wpm: float) -> Wave:
        """The passage of a language in the voice that `lines` describe."""
        return np.concatenate(
            [self._clause(language, lines, wpm, text) for text in PASSAGES[language]]
        )

    def _clause(self, language: str, lines: str, wpm: float, text: str) -> Wave:
        library = FreshLibrary(self._library, self._data)
        heard = bytearray()

        def hear(pcm: bytes, words: list[Word]) -> bool:
            heard.extend(pcm)
            return False

        try:
            with worn(self._data, f"fit-{os.getpid()}", lines) as name:
                library.choose(f"{language}+{name}")
            self.rate = library.rate
            library.speak(text, round(wpm), VOLUME, True, hear)
        finally:
            library.close()
        return np.frombuffer(bytes(heard), np.int16) / 32_768
