"""Whether a text can be spoken at all, told before anyone starts to speak it."""

from __future__ import annotations

import re

from antiphon.errors import BadText, NothingToSay, TextTooLong
from antiphon.text.segmentation import speakable

# Control characters other than line breaks and tabs, lone surrogates, and noncharacters.
UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)


def check_text(text: str, limit: int) -> None:
    """Raise `TextTooLong`, `BadText` or `NothingToSay` for a text that cannot be spoken."""
    if len(text) > limit:
        raise TextTooLong(len(text), limit)
    check_characters(text)
    if not speakable(text):
        raise NothingToSay


def check_characters(text: str) -> None:
    """Raise `BadText` for a character that no voice can speak."""
    if bad := UNSPEAKABLE.search(text):
        raise BadText(bad.group(), bad.start())
