"""Names of voices and moods, ids, and what counts as consent."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Collection

from antiphon.claims import ConsentRequired
from antiphon.errors import InvalidRequest
from antiphon.text.moods import find_mood

LONGEST_NAME, LONGEST_TEXT = 80, 500
VOICE, CONSENT = "voice_", "cons_"
NEUTRAL = "neutral"
NONE_GIVEN = "no consent was given"
UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NOES = (
    "false no nope never 0 off none null n f nein nie non nee não nei nej ei нет όχι"
    " 不 否 不是 不行 不要 不可以 不同意 没有 无 いいえ 아니요"
)
REFUSALS = frozenset(_NOES.split())
REFUSING = re.compile(
    r"\b(?:i|we|she|he|they|you) (?:may not|must not|will not|won't|cannot|can't)\b"
    r"|\b(?:do|does|did|has|have) ?(?:not|n't) (?:agree|consent|permit|allow|give)"
    r"|\b(?:refuse[sd]?|refusing|disagree[sd]?|den(?:y|ies|ied)|declined?|without consent)\b"
    r"|\bno (?:consent|permission)\b|不同意|没同意|没有同意|未同意|拒绝|不允许|不许"
)


def new_id(prefix: str, now: float) -> str:
    """An id that sorts by when it was given."""
    return f"{prefix}{int(now * 1_000_000):013x}{secrets.token_hex(6)}"


def composed(name: str) -> str:
    """A name as it is kept, however its accents were typed."""
    return unicodedata.normalize("NFC", name).strip()


def check_name(name: str, taken: Collection[str] = (), what: str = "name") -> str:
    """The name as it is kept; raises `InvalidRequest` for one that cannot be said or typed."""
    neat = composed(name)
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
    words = "".join(c if c.isalnum() or c in " '" else " " for c in neat.lower().replace("’", "'"))
    if set(words.split()) <= REFUSALS or REFUSING.search(" ".join(words.split())):
        raise ConsentRequired("what was said is no consent" if words.strip() else NONE_GIVEN)
    return neat
