"""A spoken clause in the letters and marks that GLM-TTS was trained on.

Digits and symbols are words by now; what is left is case, width and punctuation. The model knows
simplified characters, small letters, and few marks: `，` `。` `?` in Chinese, and in English
`,` `.` `?` `:` `;`. Phonemes such as `<|EN1|>` pass through untouched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from antiphon.engines.glm.phonemes import DATA, all_phonemes
from antiphon.text.lexicon import Lexicon

REPLACEMENTS, SIMPLER = "custom_replace.jsonl", "traditional.txt"
HAN = "\u4e00-\u9fff"
MARKS = "。？！；：、.?!;:，,"
TOKEN = re.compile(r"(<\|[A-Z]{1,6}[1-5]?\|>)")
WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
# Chinese marks keep their width but for the question mark, which the model knows as the narrow one.
WIDE = {wide: narrow for wide, narrow in WIDE.items() if chr(wide) not in "，！：；（）～"}
BRACKETS = "()（）【】「」`《》『』{}[]"
TAG = r"</?[a-z][a-z0-9]{0,9}/?>"  # of HTML, and never a comparison, which has a space or a digit
ABBREVIATIONS = {
    "ext": "extension",
    "mr": "mister",
    "mrs": "missus",
    "ms": "miz",
    "dr": "doctor",
    "prof": "professor",
}

Rule = tuple[str, str | Callable[[re.Match[str]], str]]

_SIGNS = {">": "大于", "<": "小于", "∈": "属于", "∉": "不属于", "∪": "并", "∩": "交", "⊥": "垂直"}
_SIGNS |= {"∥": "平行", "∵": "因为", "∴": "所以", "∅": "空集", "⊂": "真包含于", "⊃": "包含"}
_SIGNS |= {"⊆": "包含于", "⊇": "真包含", "□": "方框", "²": "平方", "³": "立方", "≠": "不等于"}
_TIMES = rf"(?<=[{HAN}A-Za-z)])\s*\*\s*(?=[{HAN}A-Za-z(])"
_NUMERAL = "零一二三四五六七八九十百千万亿"

BOTH: tuple[Rule, ...] = (
    (r"(?<![A-Za-z])((?:[A-Za-z]\.){2,})", lambda m: m[1].replace(".", "")),  # U.S.A.
    (r"(?<=[A-Za-z])[-‐‑](?=[A-Za-z])", " "),
    (r"(?<=[A-Za-z])[’‘](?=[A-Za-z])", "'"),
)
CHINESE: tuple[Rule, ...] = (
    (rf"(?<![{HAN}\w])额(?![{HAN}\w])", "呃"),
    (rf"咯(?=[{MARKS}]|$)", "喽"),
    (r"[~～]+", "。"),
    (rf"(?<=[{_NUMERAL}A-Za-z)])\s*[*×]\s*(?=[{_NUMERAL}A-Za-z(])", "乘"),
    (r"\*", ""),
    (f"[{re.escape(BRACKETS)}]", ""),
    (r" - |——+", "，"),
    (r"\s*[,:：;；、，]+\s*", "，"),
    (r"[.…。]+", "。"),
    (r"[_·#\\^|]+|[\"“”]|(?<![A-Za-z])['‘’]|['‘’](?![A-Za-z])", ""),
    (r"(?<=[A-Za-z])/(?=[A-Za-z])", " "),
    (r"[†]", "，"),
    (r"\s*([><∈∉∪∩⊥∥∵∴∅⊂⊃⊆⊇□²³≠])\s*", lambda m: _SIGNS[m[1]]),
    (r"/", ""),
    (r"[!！]", "。"),
    (r"(?<![A-Za-z\d?])\s+|\s+(?![A-Za-z\d])", ""),
)
ENGLISH: tuple[Rule, ...] = (
    (rf"\b({'|'.join(ABBREVIATIONS)})\.", lambda m: ABBREVIATIONS[m[1]]),
    (r"\s*[—–]+\s*", ", "),
    (r"\s*\*\s*(?=\w)(?<=\w)|(?<=\w)\s*\*\s*(?=\w)", " times "),
    (r"[\-‐‑/_|]+", " "),
    (r"[…]", "."),
    (r"(?<!\w)'|'(?!\w)", " "),
    (r"[^\w\s.,!?':;]", ""),
    (r"\s*([.,!?:;]+)\s*", lambda m: m[1][-1] + " "),
    (r"!", "."),
)


def worded(text: str, lexicon: Lexicon | None = None) -> str:
    """What the model reads for a clause; ends with a mark where there is anything to say."""
    chinese = re.search(f"[{HAN}]|<[|]", text) is not None
    parts = [
        part if part[2:-2] in all_phonemes() else _part(part, chinese, lexicon or replacements())
        for part in TOKEN.split(text)
    ]
    whole = _marks("".join(parts), chinese).strip()
    return _closed(whole, chinese)


def _part(text: str, chinese: bool, lexicon: Lexicon) -> str:
    """What stands between phonemes; a line that ends without a mark gets one."""
    end = "。" if chinese else ". "
    text = re.sub(TAG, "", text.replace("\\n", "\n"))
    text = re.sub(rf"(?<![{MARKS}\s])\s*\n+\s*", end, text.strip("\n")).replace("\n", " ")
    text = text.translate(WIDE).translate(simpler())
    if chinese:
        text = lexicon.replaced(text).text
    for pattern, new in BOTH:
        text = re.sub(pattern, new, text)
    text = text.lower()
    for pattern, new in CHINESE if chinese else ENGLISH:
        text = re.sub(pattern, new, text)
    return text


def _marks(text: str, chinese: bool) -> str:
    """Of marks that meet, the last stays, and a question stays a question."""
    text = re.sub(rf"\s*([{MARKS}])(?:\s*[{MARKS}])+", _last, text)
    text = re.sub(r"[ \t\u3000]+", " ", text)
    return text if chinese else re.sub(rf"\s+([{MARKS}])", r"\1", text)


def _last(found: re.Match[str]) -> str:
    marks = found[0]
    asked = "?" in marks or "？" in marks
    return ("?" if asked else marks.strip()[-1]) + (" " if marks[0].isspace() else "")


def _closed(text: str, chinese: bool) -> str:
    if not text or text[-1] in "?？":
        return text
    bare = text.rstrip(MARKS + " ")
    return bare + ("。" if chinese else ".") if bare else ""


@cache
def replacements() -> Lexicon:
    """The replacements that the official repository makes."""
    return Lexicon.load(custom=DATA / REPLACEMENTS)


@cache
def simpler() -> dict[int, str]:
    """Traditional characters and the simplified ones that the model knows."""
    pairs = (DATA / SIMPLER).read_text(encoding="utf-8").replace("\n", "")
    return {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}
