"""Which language each stretch of a text is in, told from its script and the caller's word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Run:
    """`text[start:end]` is in `language`, a BCP 47 tag."""

    language: str
    start: int
    end: int


class _Script(NamedTuple):
    """A writing system: its letters as a regex class, and the languages written in it."""

    letters: str
    languages: str  # by code; the first is assumed when the caller names none of them


_SCRIPTS = {
    "han": _Script(
        "々〆〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3105-\u312f",
        "zh cmn yue wuu nan hak gan lzh ja",
    ),
    "kana": _Script(
        "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f", "ja"
    ),
    "hangul": _Script("\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff\uffa1-\uffdc", "ko"),
    "cyrillic": _Script(
        "\u0400-\u0481\u048a-\u052f\u1c80-\u1c8f\ua640-\ua66d\ua680-\ua69b",
        "ru uk be bg sr mk kk ky mn tg tt ba cv ce os ab",
    ),
    "greek": _Script("\u0370-\u0373\u0376-\u037d\u037f\u0386-\u03ff\u1f00-\u1ffe", "el grc"),
    "arabic": _Script(
        "\u0620-\u065f\u066e-\u06d3\u06d5-\u06ed\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff"
        "\ufb50-\ufdff\ufe70-\ufefc",
        "ar fa ur ps sd ug ckb",
    ),
    "hebrew": _Script("\u05d0-\u05f4\u05b0-\u05bd\ufb1d-\ufb4f", "he yi"),
    "devanagari": _Script("\u0900-\u0963\u0971-\u097f\ua8e0-\ua8ff", "hi mr ne sa kok mai bho"),
    "bengali": _Script("\u0980-\u09e3\u09f0-\u09f1\u09fc\u09fe", "bn as"),
    "gurmukhi": _Script("\u0a01-\u0a5e\u0a70-\u0a75", "pa"),
    "gujarati": _Script("\u0a81-\u0ae3\u0af9-\u0aff", "gu"),
    "oriya": _Script("\u0b01-\u0b63\u0b71", "or"),
    "tamil": _Script("\u0b82-\u0bd7", "ta"),
    "telugu": _Script("\u0c00-\u0c63", "te"),
    "kannada": _Script("\u0c80-\u0ce3\u0cf1-\u0cf3", "kn"),
    "malayalam": _Script("\u0d00-\u0d63\u0d7a-\u0d7f", "ml"),
    "sinhala": _Script("\u0d81-\u0ddf\u0df2-\u0df3", "si"),
    "thai": _Script("\u0e01-\u0e3a\u0e40-\u0e4e", "th"),
    "lao": _Script("\u0e81-\u0ece\u0edc-\u0edf", "lo"),
    "tibetan": _Script("\u0f00\u0f40-\u0fbc", "bo dz"),
    "burmese": _Script("\u1000-\u103f\u1050-\u108f\u109a-\u109f\uaa60-\uaa7f", "my"),
    "georgian": _Script("\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2d", "ka xmf"),
    "ethiopic": _Script("\u1200-\u135f\u1380-\u138f\u2d80-\u2dde", "am ti"),
    "armenian": _Script("\u0531-\u0556\u0560-\u0588\ufb13-\ufb17", "hy hyw"),
    "khmer": _Script("\u1780-\u17d3", "km"),
    "latin": _Script("", "en"),
    "other": _Script("", "en"),  # letters of a script not listed here
}
_SYLLABIC = ("zh", "yue", "ja", "ko", "cmn", "wuu", "nan", "hak", "gan", "lzh")
_STRETCH = re.compile(
    "|".join(f"(?P<{name}>[{script.letters}]+)" for name, script in _SCRIPTS.items() if script[0])
    + r"|(?P<latin>[A-Za-zÀ-ÖØ-öø-ʯḀ-ỿＡ-Ｚａ-ｚ][A-Za-zÀ-ÖØ-öø-ʯ\u0300-\u036fḀ-ỿＡ-Ｚａ-ｚ]*)"
    + r"|(?P<other>[^\W\d_])"
)
_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]*")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_KANA = re.compile(f"[{_SCRIPTS['kana'].letters}]")
_TAGGED = {"latn": "latin", "cyrl": "cyrillic", "arab": "arabic", "hans": "han", "hant": "han"}
_SCRIPT_OF = {
    language: name
    for name, script in _SCRIPTS.items()
    for language in script.languages.split()
    if (name, language) != ("han", "ja")
}


def is_tag(tag: str) -> bool:
    """Whether it is written as BCP 47 asks, such as `en` or `zh-CN`."""
    return _TAG.fullmatch(tag) is not None


def primary(tag: str) -> str:
    """The language of a BCP 47 tag without its region and script: `zh` of `zh-Hant-TW`."""
    return tag.replace("_", "-").split("-", 1)[0].lower()


def _writes(tag: str, script: str) -> bool:
    """Whether the language of a tag is written in that script."""
    for subtag in tag.replace("_", "-").lower().split("-")[1:]:
        if subtag in _TAGGED:
            return _TAGGED[subtag] == script
    name = primary(tag)
    return name in _SCRIPTS[script].languages.split() or _SCRIPT_OF.get(name, "latin") == script


@lru_cache(maxsize=256)
def _languages(default: str) -> dict[str, str]:
    """The language of each script, the caller's own first."""
    return {
        name: default if _writes(default, name) or name == "other" else script.languages.split()[0]
        for name, script in _SCRIPTS.items()
    }


def _stretches(text: str, default: str) -> Iterator[tuple[str, int, int]]:
    """Every stretch of letters, with its language and where it starts and ends."""
    languages = _languages(default)
    # Han is Japanese in a sentence that also has kana, unless the caller named another language.
    kanji = languages["han"] if _writes(default, "han") else "ja"
    for sentence in _SENTENCE.finditer(text):
        han = kanji if _KANA.search(text, *sentence.span()) else languages["han"]
        for found in _STRETCH.finditer(text, *sentence.span()):
            script = found.lastgroup or "other"
            if script == "other" and not found[0].isalpha():
                continue  # the regex takes ½ and ① for letters
            yield (han if script == "han" else languages[script]), found.start(), found.end()


def runs(text: str, default: str = "en") -> tuple[Run, ...]:
    """Cover the text with runs of one language each, in order and without gaps.

    `default` is the language of Latin letters, or of whatever script it is written in. Digits,
    marks and spaces join the run before them, leading ones the run that follows; a text without
    any letter is one run of the default.
    """
    found: list[Run] = []
    language, start = "", 0
    for name, at, _ in _stretches(text, default):
        if name == language:
            continue
        if language:
            found.append(Run(language, start, at))
            start = at
        language = name
    if text:
        found.append(Run(language or default, start, len(text)))
    return tuple(found)


def dominant(text: str, default: str = "en") -> str:
    """The language that most of the text is in; the default when it holds no letter.

    A Han, kana or Hangul character weighs as three letters, for it says about as much, so that
    "用 ChatGPT 写诗" is Chinese. Between equals the first wins.
    """
    weights: Counter[str] = Counter()
    for name, start, end in _stretches(text, default):
        weights[name] += (end - start) * (3 if primary(name) in _SYLLABIC else 1)
    return weights.most_common(1)[0][0] if weights else default
