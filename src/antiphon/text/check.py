"""Whether a text can be spoken at all, told before anyone starts to speak it."""

from __future__ import annotations

import re
import unicodedata

from antiphon.errors import BadText, NothingToSay, TextTooLong

# Control characters other than line breaks and tabs, lone surrogates, and noncharacters.
UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
READ_ALOUD = frozenset("%‰&@#°§©®™№℃℉")


def check_text(text: str, limit: int) -> None:
    """Raise `TextTooLong`, `BadText` or `NothingToSay` for a text that cannot be spoken."""
    if len(text) > limit:
        raise TextTooLong(len(text), limit)
    if bad := UNSPEAKABLE.search(text):
        raise BadText(bad.group(), bad.start())
    if not any(map(_is_spoken, text)):
        raise NothingToSay


def _is_spoken(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LN" or category in ("Sc", "Sm") or character in READ_ALOUD
