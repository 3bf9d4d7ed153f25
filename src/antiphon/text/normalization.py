"""Digits and symbols written out as the words that are spoken for them, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any
from unicodedata import normalize as composed

from antiphon.text.language import dominant, primary, runs

_READ_ALOUD = re.compile(
    r"[\d²³¹¼-¾⁰-₉⅐-ↈ①-⓿❶-➓㈠-㈩㊀-㊉㎀-㏟%‰°℃℉￥¥$€£₩₽+=<>/@#&×÷~～±≈≤≥−№％＋＝＞＜]"
    r"|[Α-Ωα-ω](?=[㐀-鿿])|(?<=[㐀-鿿])[Α-Ωα-ω]"
)
# These are compiled where they are used, in the child, for they cost the start 9 ms.
_LINK = r"[A-Za-z]{2,9}://[!-~]{0,300}[\w/]|www\.[!-~]{0,300}\w|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
_BREAK = rf"(?a)(?<![\w.+-])({_LINK})|[。！？；，、…\n“”「」『』《》【】（）]+"
_PARTS = r"\s*(?:[^\W\d_㐀-鿿]+|\d+|\S)|\s+$"
_NUMBER = r"(?a)[-$€£¥]?\d[\w.,:/'-]*[%°℃]?"
# A run long enough to be a sentence of its own, or a number counting what is written beside it.
_OWN = r"[㐀-鿿]{6}|[㐀-鿿]\d|\d[㐀-鿿]|(?:[^\W\d_㐀-鿿]+[\W\d]+){3}[^\W\d_㐀-鿿]"
_LONGEST = 600  # characters read without a mark between: the cost grows faster than the length

# What would be read wrongly is rewritten before it is read.
_Rule = tuple[str, str | Callable[[re.Match[str]], str]]
_PRICE = r"([¥$€£])(\d+(?:\.\d+)?(?:[-~][¥$€£]?\d+(?:\.\d+)?)?[万亿]?)"
_MONEY = {"¥": "元", "$": "美元", "€": "欧元", "£": "英镑"}
_PAID = {"": "", "$": " dollars", "€": " euros", "£": " pounds"}
_ZH = {">": "大于", "<": "小于", "²": "的平方", "³": "的立方", "÷": "除以", "×": "乘", "+": "加"}
_EN = {">": "is greater than", "<": "is less than", "²": "squared", "³": "cubed", "×": "times"}
_EN |= {"÷": "divided by", "±": "plus or minus", "~": "about", "～": "about", "≈": "about"}
_ZH_SIGN = (
    r"(?<=\d)\s?[÷×]\s?(?=\d)|(?<=[\w℃%])\s?[><]\s?(?=-?\d)|(?<![mM])[²³]"
    r"|(?<=[A-Za-z+²³㐀-鿿])\s?\+|(?<=\d)\+(?!\d)"
)
_EN_SIGN = r"\s?[×÷]\s?|\s?[~～≈±]\s?(?=[-$€£¥\d])|(?<=[\w)])\s?[><]\s?(?=[-$]?\d)|(?<![mM])[²³]"
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_GREEK = "α阿尔法β贝塔γ伽马δ德尔塔ε艾普西隆θ西塔λ拉姆达μ缪π派σ西格马φ斐ω欧米伽"
_DECADES = "hundreds tens twenties thirties forties fifties sixties seventies eighties nineties"
# Of 1,200 and $1200 the leading "one" would be left out.
_THOUSAND = r"(?<![\d,.])([$€£]?)1(?:,|(?=\d{3}\.\d)|(?<=[$€£]1))(\d{3}(?:\.\d+)?)(?![,\d])"
_VERSION = r"(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}(?!\.?\d)"


def _plain(found: re.Match[str]) -> str:
    """The ordinary characters for a compatibility character: 5 for ５ and ⑤, 1/2 for ½."""
    return composed("NFKC", found[0]).replace("⁄", "/").strip("()")


def _decade(found: re.Match[str]) -> str:
    year, names = found[0], _DECADES.split()
    return "2 thousands" if year == "2000s" else f"{year[:2]} {names[int(year[2])]}"


_BOTH: tuple[_Rule, ...] = (
    (r"[０-９％㎡㎥￥＋＝＞＜]|(?<=\d)[：．～／](?=\d)", _plain),
    (r"[①-⓿❶-➓㈠-㈩㊀-㊉]", lambda m: _plain(m) + " "),
    (r"−(?=\d)", "-"),
    (r"(?<!\d)(?:24/7|9/11|50/50)(?!\d)", lambda m: m[0].replace("/", " ")),
)
_BEFORE: dict[str, tuple[_Rule, ...]] = {
    "zh": (
        (r"(?<=\d)[–—](?=\d)", "~"),
        (r"(?<=\d),(?=\d{3}(?!\d))", ""),
        (r"(?<=\d)(?=[¼½¾⅐-⅞])", "又"),
        (r"[¼½¾⅐-⅞]", _plain),
        (r"(?:(?<=[A-Za-z])|(?<=[A-Za-z]\d))-(?=\d)", " "),
        (r"(?<=\d%)-(?=\d)|(?<=\d)-(?=\d+[章节页条楼层号期届集回班级])", "到"),
        (_PRICE, lambda m: m[2].replace(m[1], "").replace("-", "~") + _MONEY[m[1]]),
        (_VERSION, lambda m: m[0].replace(".", "点")),
        (r"\d{13,}", lambda m: m[0].translate(_DIGITS)),
        (r"(?<!\d)(\d{3}0)s(?![A-Za-z])", r"\1年代"),
        (r"(?<=\d)mL(?![A-Za-z])", "ml"),
        (r"(?<=\w)\s?=\s?(?=\w)", "等于"),
        (_ZH_SIGN, lambda m: _ZH[m[0].strip()]),
        (r"[α-ω]", lambda m: re.split("[α-ω]", _GREEK.partition(m[0])[2])[0] or m[0]),
    ),
    "en": (
        (r"(?<=\d%)\s?[-–]\s?(?=\d)", " to "),
        (r"(?<=\d)–(?=\d)", "-"),
        (r"#(?=\d)|№\s?(?=\d)|\b[Nn]o\.\s?(?=\d)", "number "),
        (_VERSION, lambda m: m[0].replace(".", " point ")),
        (r"\s?[¼½¾⅐-⅞]", lambda m: " " + _plain(m).strip()),
        (r"(\d\.\d+)\s?M(?![\w²³/])", r"\1 million"),
        (r"(?<![\d.,$€£¥])(\d[\d.,]*)\s?m(?![\w²³/'’])", r"\1 meters"),
        (r"(\d\.\d+)(?=[A-Za-z])", r"\1 "),
        (r"([A-Za-z])(?=\d+\.\d)", r"\1 "),
        (r"(?<!\d)[12]\d{2}0s\b", _decade),
        (r"(?<![\d.,])(\d[\d,.]*)\s?([€£¥])(?!\d)", r"\2\1"),
        (_THOUSAND, lambda m: f"1 thousand {m[2].lstrip('0')}".strip() + _PAID[m[1]]),
        (r"(?<![\w)\]])\+(?=\d{1,3}(?![\d \-(]))", "plus "),
        (_EN_SIGN, lambda m: f" {_EN[m[0].strip()]} "),
    ),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as it is spoken; its character `i` stands for the source from `origins[i]` on.

    `origins` never falls and has one entry more than the text: the length of the source.
    """

    text: str
    origins: tuple[int, ...]


def unchanged(text: str) -> Spoken:
    """A text that is spoken as it is written."""
    return Spoken(text, tuple(range(len(text) + 1)))


def needs_normalizing(text: str) -> bool:
    """Whether the text holds digits or symbols that are read aloud."""
    return _READ_ALOUD.search(text) is not None


def normalize(text: str, language: str | None = None) -> Spoken:
    """Write out the digits and symbols of a text; never raises, never drops a word.

    `language` is the caller's, None to tell from the script. The words around them, and text in
    any language but Chinese and English, stay as they are.
    """
    if not needs_normalizing(text):
        return unchanged(text)
    spoken, origins = "", list[int]()
    for start, end, name in _pieces(text, language):
        part = _spoken(text[start:end], name)
        spoken += part.text
        origins += (start + origin for origin in part.origins[:-1])
    return Spoken(spoken, (*origins, len(text)))


def _pieces(text: str, language: str | None) -> Iterator[tuple[int, int, str]]:
    """The whole text in pieces that are read by themselves, with their language, "" for marks."""
    for name, at, end in _readings(text, language):
        for mark in re.compile(_BREAK).finditer(text, at, end):
            yield at, mark.start(), name
            yield mark.start(), mark.end(), "en" if mark[1] else ""  # a link is English
            at = mark.end()
        yield at, end, name


def _readings(text: str, language: str | None) -> list[tuple[str, int, int]]:
    """The language that digits are read in: a short foreign run is read as its host is."""
    found = runs(text, language or "en")
    host, names = primary(language or ""), {primary(run.language) for run in found}
    if host not in names and (not host or names != {"en"}):
        host = primary(dominant(text))
    readings: list[tuple[str, int, int]] = []
    for run in found:
        own = re.compile(_OWN).search(text, run.start, run.end)
        name = primary(run.language) if own else host
        start = readings.pop()[1] if readings and readings[-1][0] == name else run.start
        readings.append((name, start, run.end))
    return readings


def _spoken(source: str, language: str) -> Spoken:
    """A piece as it is spoken, word for word but for what is read aloud differently."""
    if language not in _BEFORE or len(source) > _LONGEST or not needs_normalizing(source):
        return unchanged(source)
    said = _say(source, language)
    old, new = re.findall(_PARTS, source), re.findall(_PARTS, said)
    text, origins, at = "", list[int](), 0
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, now = "".join(old[a:b]), "".join(new[c:d])
        if kind != "insert" and not needs_normalizing(was):
            # A word stays, which wetext would spell otherwise or leave out.
            now = was if kind == "replace" or was not in said else now
        if now == was:
            origins += range(at, at + len(was))
        else:
            origins += [at if was else max(at - 1, 0)] * len(now)
        text, at = text + now, at + len(was)
    return Spoken(text, (*origins, len(source)))


def _say(source: str, language: str) -> str:
    """The piece with its digits and symbols read, between the spaces that stood around it."""
    core = source.strip()
    for pattern, replacement in _BOTH + _BEFORE[language]:
        core = re.sub(pattern, replacement, core)
    said = _read(core, language) or re.sub(_NUMBER, lambda m: _read(m[0], language) or m[0], core)
    said = re.sub(r'\\(["\\])', r"\1", said)  # it escapes quotes
    return source.replace(source.strip(), said, 1)  # between its spaces


def _read(text: str, language: str) -> str:
    """What wetext reads, or nothing where its grammar has no way through the text."""
    try:
        return str(_wetext(language).normalize(text))
    except Exception:
        return ""


@cache
def _wetext(language: str) -> Any:
    import wetext  # in the child alone: its import takes a third of a second

    return wetext.Normalizer(lang=language, operator="tn")
