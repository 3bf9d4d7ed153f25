"""How words are said: readings of Chinese characters, and how an engine is told of them."""

from __future__ import annotations

import re
from unicodedata import normalize as composed

from antiphon.text.homophones import homophones

HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{HAN}]")
_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_SYLLABLE = re.compile(r"[a-zü]{1,6}[1-5]")
_NUMBERED = re.compile(r"(?:[a-zü]{1,6}[0-5]?[\s'’-]*)+")


def syllables(spoken: str) -> tuple[str, ...]:
    """The syllables of pinyin as `lü4`, from tone numbers or tone marks; none if it is not pinyin.

    0 and no tone at all are the neutral 5, but some syllable must have a tone.
    """
    lowered = composed("NFC", spoken.strip().lower().replace("u:", "ü"))
    marked = [_numbered(word) for word in re.split(r"[\s'’-]+", lowered)]
    found = [each for word in marked for each in re.findall(r"[a-zü]+[0-5]|[a-zü]+$|\W", word)]
    known = {syllable[:-1] for syllable in homophones()} | {"dei", "zhei", "nei", "fo", "m", "n", "ng"}
    read = tuple(_spelt(each) for each in found)
    toned = any(each[-1] in "12345" for each in marked if each)
    return read if toned and all(each[:-1] in known for each in read) else ()
