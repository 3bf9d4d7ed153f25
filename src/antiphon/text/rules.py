"""What is rewritten in every language before the digits and symbols of a text are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from unicodedata import normalize as composed

# A pattern, and what stands for what it finds.
Rule: TypeAlias = tuple[str, str | Callable[[re.Match[str]], str]]

EMOJI = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55]"
_JOINED = rf"\s?(?:{EMOJI}[\ufe0f\u200d\U000e0020-\U000e007f]*)+|[\ufe0f\u20e3]+"
_FILE = (
    r"(?<![\w./])[\w-]*[_\d][\w.-]*\.(?:pdf|py|txt|docx?|xlsx?|pptx?|csv|jsonl?|ya?ml|md|html?|js"
    r"|ts|jpe?g|png|gif|svg|mp[34]|wav|flac|zip|tar|gz|exe|sh|cpp|rs|go|log|ini|toml)(?![\w/])"
)


def plain(found: re.Match[str]) -> str:
    """The ordinary characters for a compatibility character: 5 for ５ and ⑤, 1/2 for ½."""
    return composed("NFKC", found[0]).replace("⁄", "/").strip("()")


def file_name(dot: str, underscore: str) -> Rule:
    """File names with a digit or an underscore, their marks as words."""
    return _FILE, lambda m: m[0].replace(".", dot).replace("_", underscore)


BOTH: tuple[Rule, ...] = (
    (r"[❶-➓]", lambda m: f"{ord(m[0]) - 0x2775} "),
    (_JOINED, ""),
    (r"[０-９Ａ-Ｚａ-ｚ％㎡㎥￥＋＝＞＜]|(?<=\d)[：．～／](?=\d)", plain),
    (r"[①-⓿㈠-㈩㊀-㊉]", lambda m: plain(m) + " "),
    (r"−(?=\d)", "-"),
    (r"\b([CF])#(?!\w)", r"\1 sharp"),
    (r"(?<!\d)(?:24/7|9/11|50/50)(?!\d)", lambda m: m[0].replace("/", " ")),
    (r"(\d{4}-\d\d-\d\d)T(?=\d\d:\d\d)", r"\1 "),
)
