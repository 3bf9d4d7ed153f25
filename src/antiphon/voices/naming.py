"""Names of voices and moods, ids, and what counts as consent."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection

from antiphon.claims import ConsentRequired
from antiphon.errors import InvalidRequest
from antiphon.text.moods import find_mood

LONGEST_NAME, LONGEST_TEXT = 80, 500
VOICE, CONSENT = "voice_", "cons_"
NEUTRAL = "neutral"
UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
REFUSALS = frozenset({"", "false", "no", "0", "off", "none", "null"})


def new_id(prefix: str, now: float) -> str:
    """An id that sorts by when it was given."""
    return f"{prefix}{int(now * 1_000_000):013x}{secrets.token_hex(6)}"


def check_name(name: str, taken: Collection[str] = (), what: str = "name") -> str:
    """The name as it is kept; raises `InvalidRequest` for one that cannot be said or typed."""
    neat = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(neat) <= LONGEST_NAME:
        raise InvalidRequest(f"{what} has 1 to {LONGEST_NAME} characters", what)
    if any(unicodedata.category(letter) in UNFIT for letter in neat):
        raise InvalidRequest(f"{what} holds a character that cannot be seen; leave it out", what)
    if any(letter in "/\\?#" for letter in neat):
        raise InvalidRequest(f"{what} may hold no / \\ ? or #", what)
    if neat in taken or neat.startswith((VOICE, CONSENT)):
        raise InvalidRequest(f"{what} {neat!r} is taken by a voice that is built in", what)
    return neat


def check_text(text: str, what: str) -> str:
    """A description as it is kept; raises `InvalidRequest` where it is too long."""
    neat = "".join(c if c.isprintable() else " " for c in text).strip()
    if len(neat) > LONGEST_TEXT:
        raise InvalidRequest(f"{what} has at most {LONGEST_TEXT} characters", what)
    return neat


def check_mood(mood: str) -> str:
    """The mood as it is asked for later, neutral where none is named; raises `InvalidRequest`."""
    return find_mood(mood, "mood") if mood.strip() else NEUTRAL


def check_statement(consent: str) -> str:
    """What the caller says of the speaker's consent; raises `ConsentRequired` where it is none."""
    neat = check_text(consent, "consent")
    if neat.lower() in REFUSALS:
        raise ConsentRequired
    return neat
