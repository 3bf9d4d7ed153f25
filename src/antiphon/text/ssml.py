"""A subset of SSML, with the moods of other services' dialects as people paste them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from xml.parsers import expat

from antiphon.errors import InvalidRequest
from antiphon.text.markup import PLAIN, Break, Manner, Said
from antiphon.text.moods import known_mood
from antiphon.text.pronunciation import spelled

DEEPEST = 32
LONGEST_BREAK_S = 10.0

# Strengths and names as SSML 1.1 lists them; their lengths and steps are our choice.
_STRENGTHS = {
    "none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.9, "x-strong": 1.4,
}  # fmt: skip
_PACES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.3, "x-fast": 1.7, "default": 1.0}
_PITCHES = {
    "x-low": -6.0, "low": -3.0, "medium": 0.0, "high": 3.0, "x-high": 6.0, "default": 0.0,
}  # fmt: skip
_ENERGIES = {
    "silent": -60.0, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "loud": 4.0, "x-loud": 6.0,
    "default": 0.0,
}  # fmt: skip
_SPELT = {"characters", "spell-out", "verbatim", "digits", "telephone"}
_READ_ANYWAY = {"cardinal", "ordinal", "date", "time", "currency", "number"}  # from how they look
# The element that holds a mood: the attribute that names it, and the one that says how strongly.
_MOODS = {
    "express-as": ("style", "styledegree"),
    "effect": ("name", ""),
    "emotion": ("name", "intensity"),
}
_INTENSITIES = {"low": 0.4, "medium": 0.7, "high": 1.0}
_KNOWN = {"speak", "break", "prosody", "phoneme", "say-as", "sub", "lang", "p", "s", *_MOODS}


@dataclass(frozen=True, slots=True)
class _Inside:
    """What holds inside an element."""

    manner: Manner = PLAIN
    instead: str | None = None  # spoken in place of the content
    spelt: bool = False


def is_ssml(text: str) -> bool:
    """Whether a text asks to be read as SSML."""
    return text.lstrip().startswith("<speak")


def read(text: str) -> tuple[list[Said | Break], tuple[str, ...]]:
    """What it says, and the elements and attributes that were passed over.

    Raises `InvalidRequest` with line and column when it is not well formed, has a document type
    (which could hold entities that grow), or is nested too deep.
    """
    reader = _Reader(text)
    try:
        reader.parser.Parse(reader.raw, True)
    except expat.ExpatError as error:
        raise InvalidRequest(
            f"the SSML is not well formed at line {error.lineno}, column {error.offset + 1}:"
            f" {expat.errors.messages[error.code]}",
            "input",
        ) from None
    return reader.items, tuple(reader.ignored)


class _Reader:
    """Follows the elements of one document and notes what they say."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.items: list[Said | Break] = []
        self.ignored: dict[str, None] = {}
        self._leading = len(text) - len(text.lstrip())
        self.raw = text[self._leading :].encode()
        self._byte, self._at = 0, self._leading
        self._stack = [_Inside()]
        self._began = 0
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = False  # so that each piece of text has its own place
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = self._doctype
        self.parser = parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) > DEEPEST:
            raise InvalidRequest(f"the SSML is nested deeper than {DEEPEST} elements", "input")
        name = name.rpartition(":")[2]
        inside = self._stack[-1]
        if name not in _KNOWN:
            self.ignored[f"ssml:{name}"] = None
        elif name == "break":
            self.items.append(Break(_pause(attributes)))
        elif name in ("p", "s"):
            self.items.append(Break())
        else:
            inside = self._entered(name, attributes, inside)
        self._stack.append(inside)
        if inside.instead is not None and self._stack[-2].instead is None:
            self._began = self._place()

    def _entered(self, name: str, attributes: dict[str, str], inside: _Inside) -> _Inside:
        match name:
            case "prosody":
                return replace(inside, manner=_prosody(attributes, inside.manner))
            case "sub":
                return replace(inside, instead=attributes.get("alias"))
            case "phoneme":
                return self._phoneme(attributes, inside)
            case "express-as" | "effect" | "emotion":
                return self._mooded(name, attributes, inside)
            case "say-as":
                kind = attributes.get("interpret-as", "")
                if kind not in _SPELT | _READ_ANYWAY:
                    self.ignored[f"ssml:say-as {kind}"] = None
                return replace(inside, spelt=kind in _SPELT)
        language = attributes.get("xml:lang") or inside.manner.language
        return replace(inside, manner=replace(inside.manner, language=language))

    def _phoneme(self, attributes: dict[str, str], inside: _Inside) -> _Inside:
        """Pinyin can be honoured by any engine that reads Chinese; other alphabets not yet."""
        alphabet = attributes.get("alphabet", "ipa").lower()
        if alphabet not in ("pinyin", "x-pinyin", "x-amazon-pinyin"):
            self.ignored[f"ssml:phoneme {alphabet}"] = None
            return inside
        return replace(inside, instead="\0" + attributes.get("ph", ""))

    def _mooded(self, name: str, attributes: dict[str, str], inside: _Inside) -> _Inside:
        """A mood by one of its names; any other style or effect is passed over."""
        named, degree = _MOODS[name]
        asked = attributes.get(named, "")
        mood = known_mood(asked.replace("-", " "))
        if mood is None or (name == "effect" and mood != "whisper"):
            self.ignored[f"ssml:{name} {asked[:40]}".rstrip()] = None
            return inside
        strength = _degree(attributes.get(degree, ""))
        return replace(inside, manner=replace(inside.manner, emotion=mood, strength=strength))

    def _end(self, name: str) -> None:
        inside = self._stack.pop()
        if inside.instead is not None and self._stack[-1].instead is None:
            self._say_instead(inside)
        if name.rpartition(":")[2] in ("p", "s"):
            self.items.append(Break())

    def _say_instead(self, inside: _Inside) -> None:
        """Say the alias or the pinyin for what stands between the tags."""
        end = self._place()
        start = min(self.text.find(">", self._began) + 1, end)
        written, spoken = self.text[start:end], inside.instead or ""
        said = spelled(written, spoken[1:]) if spoken.startswith("\0") else spoken
        if said:
            self.items.append(Said(said, start, end, inside.manner))

    def _data(self, data: str) -> None:
        inside = self._stack[-1]
        if inside.instead is not None:
            return
        start = self._place()
        literal = self.text.startswith(data, start)
        end = start + (len(data) if literal else max(1, self.text.find(";", start) + 1 - start))
        if inside.spelt:
            self.items.extend(
                Said(f"{letter} ", start + n, start + n + 1, inside.manner)
                for n, letter in enumerate(data)
                if literal
            )
        else:
            self.items.append(Said(data, start, end, inside.manner))

    def _doctype(self, *_: object) -> None:
        raise InvalidRequest("the SSML must not have a document type", "input")

    def _place(self) -> int:
        """Where the parser stands, in code points; it counts bytes and only goes forward."""
        byte = self.parser.CurrentByteIndex
        self._at += len(self.raw[self._byte : byte].decode())
        self._byte = byte
        return self._at


def _pause(attributes: dict[str, str]) -> float:
    time = re.fullmatch(r"\+?(\d*\.?\d+)(ms|s)", attributes.get("time", "").strip())
    if time:
        seconds = float(time[1]) / (1000 if time[2] == "ms" else 1)
        return min(seconds, LONGEST_BREAK_S)
    if "time" in attributes:
        raise InvalidRequest("a break's time is written as 500ms or 1.5s", "input")
    return _STRENGTHS.get(attributes.get("strength", "medium"), _STRENGTHS["medium"])


def _degree(degree: str) -> float | None:
    """How strongly, from 0 to 1; services that go to 2 mean a strength that nobody has here."""
    if degree in _INTENSITIES:
        return _INTENSITIES[degree]
    return min(1.0, float(degree)) if re.fullmatch(r"\d{0,3}\.?\d{1,9}", degree) else None


def _prosody(attributes: dict[str, str], manner: Manner) -> Manner:
    return replace(
        manner,
        pace=min(4.0, max(0.25, manner.pace * _pace(attributes.get("rate", "medium")))),
        pitch=min(12.0, max(-12.0, manner.pitch + _pitch(attributes.get("pitch", "medium")))),
        energy=min(12.0, max(-60.0, manner.energy + _energy(attributes.get("volume", "medium")))),
    )


def _pace(rate: str) -> float:
    if rate in _PACES:
        return _PACES[rate]
    percent = _number(rate, "%", "rate", "80%, +10% or slow")
    return (100 + percent if rate.strip()[0] in "+-" else percent) / 100


def _pitch(pitch: str) -> float:
    if pitch in _PITCHES:
        return _PITCHES[pitch]
    if pitch.strip().endswith("%"):
        # 12 semitones are a doubling; a linear share of that is close enough for what is meant
        return 12 * _number(pitch, "%", "pitch", "+2st, +10% or high") / 100
    return _number(pitch, "st", "pitch", "+2st, +10% or high")


def _energy(volume: str) -> float:
    if volume in _ENERGIES:
        return _ENERGIES[volume]
    return _number(volume, "dB", "volume", "+6dB or soft")


def _number(text: str, unit: str, name: str, example: str) -> float:
    found = re.fullmatch(rf"([+-]?\d*\.?\d+)\s*{unit}", text.strip(), re.IGNORECASE)
    if not found:
        raise InvalidRequest(f"prosody {name} {text[:40]!r} is not known; write {example}", "input")
    return float(found[1])
