"""Digits and symbols written out as the words that are spoken for them, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from antiphon.text import rules_en, rules_zh
from antiphon.text.language import dominant, primary, runs
from antiphon.text.rules import BOTH, EMOJI, Rule

_READ_ALOUD = re.compile(
    r"[\d²³¹¼-¾⁰-₉⅐-ↈ①-⓿❶-➓㈠-㈩㊀-㊉㎀-㏟%‰°℃℉￥¥$€£₩₽+=<>/@#&×÷~～±≈≤≥−№％＋＝＞＜√∞≠^]"
    rf"|(?<![Α-ω])[Α-Ωα-ω](?![Α-ω])|(?<![A-Za-z])(?:[IVX]{{2,5}}|[VX])(?!\w)|www\.|{EMOJI}"
)
# Letters that name a quantity or an element, as in a≠c and CO2: no English words.
_SYMBOL = r"(?<![A-Za-z])(?:[A-Za-z](?![A-Za-z])|[A-Z][A-Za-z]?(?=\d))"
_LONE_GREEK = r"(?<![Α-ω])[Α-Ωα-ω](?![Α-ω])"
# These are compiled where they are used, in the child, for they cost the start 9 ms.
_LINK = r"[A-Za-z]{2,9}://[!-~]{0,300}[\w/]|www\.[!-~]{0,300}\w|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
_PHONEME = r"<\|[A-Z]{1,6}[1-5]?\|>"
_BREAK = rf"(?a)(?<![\w.+-])({_LINK})|{_PHONEME}|[。！？；，、…\n“”「」『』《》【】（）]+"
_PARTS = r"\s*(?:[^\W\d_㐀-鿿]+|\d+|\S)|\s+$"
_NUMBER = r"(?a)[-$€£¥]?\d[\w.,:/'-]*[%°℃]?"
# A run long enough to be a sentence of its own, or a number counting what is written beside it.
_OWN = r"[㐀-鿿]{6}|[㐀-鿿]\d|\d[㐀-鿿]|(?:[^\W\d_㐀-鿿]+[\W\d]+){3}[^\W\d_㐀-鿿]"
_LONGEST = 600  # characters read without a mark between: the cost grows faster than the length

_BEFORE: dict[str, tuple[Rule, ...]] = {"zh": rules_zh.RULES, "en": rules_en.RULES}


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
    if not spoken.strip():
        return unchanged(text)  # nothing but emoji
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
    # One Greek letter is a sign, not a language.
    found = runs(re.sub(_LONE_GREEK, "0", text), language or "en")
    words = re.sub(_SYMBOL, lambda m: "0" * len(m[0]), text)
    host, names = primary(language or ""), {primary(run.language) for run in found}
    if host not in names and (not host or names != {"en"}):
        host = primary(dominant(words if "zh" in names else text))
    readings: list[tuple[str, int, int]] = []
    for run in found:
        own = re.compile(_OWN).search(words, run.start, run.end)
        name = primary(run.language) if own else host
        start = readings.pop()[1] if readings and readings[-1][0] == name else run.start
        readings.append((name, start, run.end))
    return readings


def _spoken(source: str, language: str) -> Spoken:
    """A piece as it is spoken, word for word but for what is read aloud differently."""
    if language not in _BEFORE or len(source) > _LONGEST or not needs_normalizing(source):
        return unchanged(source)
    said = _say(source, language)
    if re.fullmatch(f"(?a){_LINK}", source):
        return Spoken(said, (*([0] * len(said)), len(source)))
    old, new = re.findall(_PARTS, source), re.findall(_PARTS, said)
    text, origins, at = "", list[int](), 0
    for kind, a, b, c, d in SequenceMatcher(
        None, _folded(old), _folded(new), autojunk=False
    ).get_opcodes():
        was, now = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":  # but for its case, which stays
            now = "".join(map(_cased, old[a:b], new[c:d]))
        elif kind != "insert" and not needs_normalizing(was):
            # A word stays, which wetext would spell otherwise or leave out.
            now = was if kind == "replace" or was not in said else now
        if now == was:
            origins += range(at, at + len(was))
        else:
            origins += [at if was else max(at - 1, 0)] * len(now)
        text, at = text + now, at + len(was)
    return Spoken(text, (*origins, len(source)))


def _cased(was: str, now: str) -> str:
    """The word in its own case, unless it became letters to be spelled, as pm becomes PM."""
    return now if len(was) > 1 and was.islower() and now.isupper() else was


def _folded(parts: list[str]) -> list[str]:
    return [each.lower() for each in parts]


def _say(source: str, language: str) -> str:
    """The piece with its digits and symbols read, between the spaces that stood around it."""
    core = source.strip()
    for pattern, replacement in BOTH + _BEFORE[language]:
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
