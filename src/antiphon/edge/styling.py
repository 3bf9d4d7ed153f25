"""The style of a request: its fields, and what its instructions ask for beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import quote

from antiphon.speech import Style
from antiphon.text.instructions import Understood, understand
from antiphon.text.moods import find_mood

LONGEST_TOLD = 60  # characters of what was not understood
MOST_TOLD = 4


class Asked(Protocol):
    """The fields of a request that say how it is spoken; None where they are not given."""

    @property
    def instructions(self) -> str | None: ...
    @property
    def emotion(self) -> str | None: ...
    @property
    def emotion_strength(self) -> float | None: ...
    @property
    def speed(self) -> float | None: ...
    @property
    def pitch(self) -> float | None: ...
    @property
    def energy(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Styled:
    """A style, what of it comes from the instructions, and what of them was passed over."""

    style: Style
    told: str = ""
    ignored: tuple[str, ...] = ()


def styled(asked: Asked) -> Styled:
    """The style that a request asks for; its fields win over its instructions.

    Raises `InvalidRequest` for an emotion that is not known.
    """
    understood = understand(asked.instructions or "")
    fields = _fields(asked)
    style = replace(understood.style, **fields)
    taken = [name for name in understood.taken if name not in fields]
    told = ";".join(f"{name}={_told(getattr(style, name))}" for name in taken)
    return Styled(style, told, _ignored(asked.instructions or "", understood))


def _fields(asked: Asked) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "pace": asked.speed,
        "pitch": asked.pitch,
        "energy": asked.energy,
        "strength": asked.emotion_strength,
    }
    if asked.emotion:
        fields["emotion"] = find_mood(asked.emotion)
        fields["strength"] = 1.0 if asked.emotion_strength is None else asked.emotion_strength
    return {name: value for name, value in fields.items() if value is not None}


def _ignored(instructions: str, understood: Understood) -> tuple[str, ...]:
    """`instructions` where nothing was understood, else each part that was not."""
    if not instructions.strip():
        return ()
    if not understood.taken:
        return ("instructions",)
    return tuple(f'instructions "{_safe(part)}"' for part in understood.left[:MOST_TOLD])


def _safe(part: str) -> str:
    """Plain ASCII for a header; what is not is percent-encoded, as in a URL."""
    cut = part[:LONGEST_TOLD].encode("utf-8", "replace")
    return quote(cut, safe=" !'()*+-./:=?@_~")


def _told(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
