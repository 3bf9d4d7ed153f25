"""Fixed passages said with a voice that is being fitted, as waves to measure."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from antiphon.audio.analysis.framing import Wave
from antiphon.engines.formant.library import FreshLibrary, Word
from antiphon.engines.formant.voices import worn

# Everyday sentences; of 30 English and 24 Chinese ones, these five together come nearest to all in
# colour, pace and melody.
PASSAGES = {
    "en-us": (
        "The museum shows paintings from the last three hundred years.",
        "He thought about the question for a long time.",
        "The price of fuel has gone up again since March.",
        "Young farmers learn how to measure the quality of the soil.",
        "We usually choose fish and vegetables for dinner.",
    ),
    "cmn": (
        "请问，去最近的车站怎么走？",
        "发动机在上山的路上停了两次。",
        "沿着这条小路走，中午以前你就能到灯塔。",
        "她的回答让桌边的每个人都吃了一惊。",
        "有一天，北风和太阳在争论谁的本领大。",
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
