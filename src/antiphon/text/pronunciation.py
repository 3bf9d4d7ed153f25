"""How words are said: pinyin, and how an engine that takes only text is told of it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import zip_longest
from unicodedata import normalize as composed

from antiphon.text.homophones import homophones
from antiphon.text.normalization import Spoken
from antiphon.text.polyphones import HAN, pinyin

_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
# Syllables that no character of the table has.
_RARE = "dei nei zhei shei fo o yo ei m n ng hm r"
_IS_HAN = re.compile(f"[{HAN}]")
# How espeak-ng reads a character by itself, where that is not what pypinyin takes for usual.
_ALOUD = (
    "唉ai4 耙pa2 掺chan1 得de5 地de5 干gan1 杠gang4 葛ge3 冠guan4 呵a1 哄hong1 虹jiang4 稽qi3"
    " 迹ji1 绩ji1 缉qi4 贾gu3 矫jiao2 教jiao4 尽jin4 咳hai1 傀kui3 勒le4 擂lei4 肋lei4 蔓man2"
    " 谩man4 糜mei2 娩wan3 溺niao4 疟yao4 漂piao4 撇pie3 颇po1 仆pu2 呛qiang4 切qie4 炔que1"
    " 煞sha4 苔tai1 褪tun4 拓ta4 萎wei3 挝zhua1 矽xi1 铣xian3 淆yao2 兴xing4 奄yan1 耶ye1 荫yin4"
    " 喳cha1 辗zhan3 吱zi1 拽ye4 仔zi3 卒cu4 柞zuo4 调diao4 甸dian4 绷beng3 澄deng4 侗tong1 嘎ga2"
    " 晃huang5 著zhe5 儿er2"
)
# It finds these in words that are not there, such as 为人 in 为人民.
_TRAPS = "为"
_ALIASES = {"lue": "lüe", "nue": "nüe", "r": "er"}


@cache
def _syllable() -> re.Pattern[str]:
    known = {each[:-1] for each in homophones()} | set(_RARE.split()) | _ALIASES.keys()
    longest_first = sorted(known, key=lambda each: (-len(each), each))
    return re.compile(rf"({'|'.join(longest_first)})([0-5]?)[\s'’·-]*")


def syllables(spoken: str) -> tuple[str, ...]:
    """The syllables of pinyin, each as `lü4`; none if it is not pinyin with at least one tone.

    Tones are numbers or marks, `v` and `u:` stand for ü, and a syllable without a tone is neutral.
    """
    plain, marks = "", dict[int, str]()
    lowered = spoken.strip().lower().replace("u:", "ü").replace("v", "ü")
    for char in composed("NFD", lowered):
        if char in _TONES:
            marks[len(plain)] = _TONES[char]
        else:
            plain = plain[:-1] + "ü" if char == "\u0308" else plain + char
    found, at = list[str](), 0
    while match := _syllable().match(plain, at):
        marked = [tone for place, tone in marks.items() if at < place <= match.end(1)]
        tone = (marked or [match[2]])[0]
        found.append(_ALIASES.get(match[1], match[1]) + (tone if tone not in ("", "0") else "5"))
        at = match.end()
    toned = marks or any(char in "012345" for char in plain)
    return tuple(found) if toned and at == len(plain) else ()


def spelled(written: str, spoken: str) -> str:
    """What an engine that takes only text is given so that it says `written` as `spoken`.

    Pinyin over Chinese characters becomes characters that have this reading alone, anything else
    is a respelling and stays. Where no character is read so, the written one stays.
    """
    characters = re.findall(f"[{HAN}]", written)
    read = syllables(spoken) if characters else ()
    if not read:
        return spoken
    pairs = zip_longest(read, characters[: len(read)], fillvalue="")
    return "".join(homophones().get(syllable, character) for syllable, character in pairs)


def is_reading(written: str, spoken: str) -> bool:
    """Whether `spoken` tells how Chinese characters are read: pinyin over them, or phonemes."""
    return "<|" in spoken or (bool(_IS_HAN.search(written)) and bool(syllables(spoken)))


@lru_cache(maxsize=8192)
def _usual(char: str) -> str:
    return pinyin(char)[0]


@cache
def _aloud() -> dict[str, str]:
    return {each[0]: each[1:] for each in _ALOUD.split()}


def respelled(text: str) -> Spoken:
    """The text with characters that are not read as usual replaced by ones that are.

    For an engine that takes only text and looks readings up by itself. Character stands for
    character; loads pypinyin, so not for the event loop.
    """
    said, read = list(text), iter(pinyin(text))
    for place, char in enumerate(text):
        if _IS_HAN.match(char) and _misread(char, syllable := next(read)):
            said[place] = homophones().get(syllable, char)
    return Spoken("".join(said), tuple(range(len(text) + 1)))


def _misread(char: str, syllable: str) -> bool:
    """Whether an engine that reads the character by itself would say something else."""
    if char in _TRAPS or syllable[:-1] in ("xiong", "qiong", "jiong"):
        return True
    alone = _aloud().get(char) or _usual(char)
    return syllable != alone and (syllable[-1] != "5" or syllable in ("de5", "er5"))
