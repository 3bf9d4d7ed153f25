"""A text that would not fit is cut before it is spoken, where a speaker would breathe."""

from __future__ import annotations

import re
from collections.abc import Callable

STOPS = "。！？；.!?;\n"
PAUSES = "，、：,:"
PHONEME = re.compile(r"<\|[A-Z]{1,6}[1-5]?\|>")


def fitting(text: str, count: Callable[[str], int], most: int) -> list[str]:
    """Pieces of at most `most` ids each, which joined are the text.

    A sentence's end near the middle is the best cut, then a comma, then a space, then anywhere but
    inside a phoneme such as `<|EN1|>`.
    """
    if count(text) <= most or len(text) < 2:
        return [text]
    at = _cut(text)
    return [*fitting(text[:at], count, most), *fitting(text[at:], count, most)]


def _cut(text: str) -> int:
    """Where to cut: never at an end, so that both sides hold something."""
    middle = len(text) // 2
    for marks in (STOPS, PAUSES, " "):
        places = [
            at
            for at in range(1, len(text))
            if text[at - 1] in marks and len(text) // 4 <= at <= 3 * len(text) // 4
        ]
        if places:
            return min(places, key=lambda at: abs(at - middle))
    inside = (one for one in PHONEME.finditer(text) if one.start() < middle < one.end())
    phoneme = next(inside, None)
    if phoneme is None:
        return middle
    return phoneme.end() if phoneme.end() < len(text) else phoneme.start() or middle
