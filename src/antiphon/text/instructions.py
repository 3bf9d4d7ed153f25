"""What can be done of a request in plain words: moods, pace, pitch and loudness.

No model reads them: words of a list, how strongly they are meant, and whether they are denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from antiphon.speech import Style
from antiphon.text.moods import mood_names

LONGEST = 1_000  # characters that are read; the rest is not understood
USUAL, SLIGHT, STRONG = 0.7, 0.35, 1.0
_CLAUSES = re.compile(
    r"\.(?!\d)|[,;:!?，。；：！？、\n\r…]+|\b(?:and then|then|but)\b|但是?|然后|不过"
)
_SLIGHTLY = r"slightly|a (?:little|bit|touch)|little|somewhat|mildly|有一?点儿?|稍微|略微?|稍|微微"
_STRONGLY = (
    r"very|extremely|really|super|highly|much|far|too|so|as \w+ as possible"
    r"|非常|特别|十分|极其?|超级|格外|太|过于|尽量|最"
)
_DENIED = r"not|don't|dont|do not|never|without|no|less|isn't|avoid|不要|不用|别|不|没有|勿|少"
# After a word in Chinese: 慢一点 is slightly, 慢很多 is strongly.
_AFTER = r"(?P<bit>一?点儿?|一?些)|(?P<lots>很多|得多|极了)"
_DIMENSIONS = {
    "pace-": r"slow(?:er|ly)?|unhurried|leisurely|慢慢地?|放慢|减慢|缓慢|慢",
    "pace+": r"fast(?:er)?|quick(?:er|ly)?|rapid(?:ly)?|speed up|hurr(?:y|ied)|快速|加快|快",
    "pitch-": (
        r"low(?:er)?[- ](?:pitch(?:ed)?|voice|tone)|low(?:er)? the pitch|deep(?:er|ly)?"
        r"|低沉|低音|(?:音调|声调|音高)[要再更]?低"
    ),
    "pitch+": (
        r"high(?:er)?[- ](?:pitch(?:ed)?|voice|tone)|raise the pitch|shrill|squeaky"
        r"|高音调?|尖细?|(?:音调|声调|音高)[要再更]?高"
    ),
    "energy-": r"quiet(?:er|ly)?|softer|softly|low volume|小声|轻声|小点声|声音[要再更]?小",
    "energy+": r"loud(?:er|ly)?|shout(?:ing)?|aloud|project|大声|响亮|大点声|声音[要再更]?大",
}
_TIMES = r"(?P<times>\d{1,2}(?:\.\d{1,2})?) ?(?:x\b|×|times\b|倍)"
# What carries no wish of its own; a clause with nothing else is understood whole.
_FILLING = re.compile(
    r"\b(?:please|speak|say|read|talk|sound|voice|tone|style|mood|manner|way|with|in|an?|the|it|this"
    r"|that|be|is|use|using|and|or|of|to|at|your|you|should|must|more|make|like|as|if|were|are|emotion"
    r"|feeling|pace|speed|pitch|volume|text|person|someone|let|keep|delivery|rate|speaking)\b"
    r"|请|用|以|的|地|得|着|语气|语调|口吻|声音|方式|情绪|感情|心情|说话?|读|讲|念|朗读|话|语速|速度"
    r"|一?点儿?|一?些|要|再|更|和|并|且|来|很|带|充满|它|这|段|你|把|点|又|音量|音调|而"
)
_CALMED = {"excited", "angry", "happy", "fearful", "surprised"}  # not too excited means calm


@dataclass(frozen=True, slots=True)
class Understood:
    """A style, what of it was asked for, and the clauses or rests that could not be followed."""

    style: Style
    taken: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class _Wish(NamedTuple):
    """One word found: a mood or a dimension, how strongly from 0 to 1, and whether denied."""

    what: str
    degree: float
    denied: bool


def understand(instructions: str) -> Understood:
    """A style with what the instructions ask for; never raises, for any text."""
    found = Understood(Style())
    moods = list[_Wish]()
    for clause in _CLAUSES.split(instructions[:LONGEST].lower()):
        rest = clause
        for wish, where in _wishes(clause):
            if wish.what in _SETTERS or wish.what == "times":
                found = _with(found, *_dimension(wish))
            else:
                moods.append(wish)
            rest = _blank(rest, *where)
        if rest := _unfilled(rest):
            found = replace(found, left=(*found.left, rest))
    if len(instructions) > LONGEST:
        found = replace(found, left=(*found.left, "..."))
    return _mooded(found, moods)


def _mooded(found: Understood, moods: list[_Wish]) -> Understood:
    """The strongest mood asked for, or what a denied one leaves; of equals the first."""
    wanted = [each for each in moods if not each.denied]
    if wanted:
        best = max(wanted, key=lambda each: each.degree)
        others = {each.what: None for each in wanted if each.what != best.what}
        found = replace(found, left=(*found.left, *others))
        return _with(found, emotion=best.what, strength=best.degree)
    for each in moods:
        if each.what in _CALMED:
            return _with(found, emotion="calm", strength=SLIGHT)
        return _with(found, emotion="neutral", strength=1.0)
    return found


# For each dimension: its field, and what it is set to slightly, usually and strongly.
_SETTERS: dict[str, tuple[str, tuple[float, float, float]]] = {
    "pace-": ("pace", (0.9, 0.8, 0.65)),
    "pace+": ("pace", (1.1, 1.25, 1.5)),
    "pitch-": ("pitch", (-1.5, -3.0, -5.0)),
    "pitch+": ("pitch", (1.5, 3.0, 5.0)),
    "energy-": ("energy", (-3.0, -6.0, -9.0)),
    "energy+": ("energy", (2.0, 4.0, 6.0)),
}


def _dimension(wish: _Wish) -> tuple[str, float]:
    """The field that a wish sets, and to what; a denied one is its opposite, slightly."""
    if wish.what == "times":
        return "pace", min(4.0, max(0.25, wish.degree))
    what, degree = wish.what, wish.degree
    if wish.denied:
        what, degree = what[:-1] + ("+" if what[-1] == "-" else "-"), SLIGHT
    name, steps = _SETTERS[what]
    return name, steps[(SLIGHT, USUAL, STRONG).index(degree)]


def _with(found: Understood, name: str = "", value: float = 0.0, **fields: object) -> Understood:
    fields = {name: value} if name else fields
    taken = tuple(dict.fromkeys((*found.taken, *fields)))
    return Understood(replace(found.style, **fields), taken, found.left)  # type: ignore[arg-type]


@cache
def _moods() -> dict[str, str]:
    """The names of moods and their adverbs; `none` and `default` are no wish in a sentence."""
    names = {name: mood for name, mood in mood_names().items() if name not in ("none", "default")}
    latin = {name: mood for name, mood in names.items() if name.isascii()}
    adverbs = {re.sub("y$", "i", name) + "ly": mood for name, mood in latin.items()}
    return {**adverbs, **names}


@cache
def _words() -> re.Pattern[str]:
    """A denial and a degree if there are any, then a word of the lists."""
    moods = sorted(_moods(), key=lambda name: -len(name))
    latin = "|".join(name for name in moods if name.isascii())
    chinese = "|".join(name for name in moods if not name.isascii())
    named = "|".join(f"(?P<d{n}>{each})" for n, each in enumerate(_DIMENSIONS.values()))
    before = r"(?:\b(?:be|too|so|sound|speak|read|talk|that|an?|in)\b|太|那么|这么|说得?|得)?"
    word = rf"{_TIMES}|(?:{named})(?![a-z])|(?P<mood>(?:{latin})\b|{chinese})"
    return re.compile(
        rf"(?P<denied>(?<![a-z])(?:{_DENIED})(?![a-z]) ?)?{before} ?"
        rf"(?P<degree>(?<![a-z])(?:(?P<slight>{_SLIGHTLY})|(?P<strong>{_STRONGLY}))(?![a-z]) ?)?"
        rf"(?<![a-z])(?:{word})(?P<after>{_AFTER})?"
    )


def _wishes(clause: str) -> Iterator[tuple[_Wish, tuple[int, int]]]:
    """What is found in a clause, and where."""
    for found in _words().finditer(clause):
        if found["times"]:
            yield _Wish("times", float(found["times"]), False), found.span()
            continue
        what = _moods().get(found["mood"] or "")
        for number, name in enumerate(_DIMENSIONS):
            what = name if found[f"d{number}"] else what
        if what:
            slight, strong = found["slight"] or found["bit"], found["strong"] or found["lots"]
            degree = SLIGHT if slight else STRONG if strong else USUAL
            yield _Wish(what, degree, bool(found["denied"])), found.span()


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _unfilled(clause: str) -> str:
    """What is left of a clause when it holds more than filling, else nothing."""
    words = " ".join(clause.split())
    return words if re.search(r"\w", _FILLING.sub(" ", words)) else ""
