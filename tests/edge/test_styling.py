"""How a request says how it is spoken, and what the answer tells of it."""

from __future__ import annotations

import msgspec
import pytest

from antiphon.edge.openai import SpeechRequest
from antiphon.edge.styling import styled
from antiphon.speech import Style
from tests.edge import raw
from tests.edge.serving import Served


def test_fields_make_the_style() -> None:
    """A mood by any of its names, how strongly, pace, pitch and loudness."""
    asked = SpeechRequest("a", emotion="开心", emotion_strength=0.4, energy=-3, speed=1.5, pitch=2)
    assert styled(asked).style == Style("happy", strength=0.4, energy=-3, pace=1.5, pitch=2)
    assert styled(SpeechRequest("a", emotion="sad")).style == Style("sad")
    assert styled(SpeechRequest("a")).style == Style()


def test_fields_win_over_instructions() -> None:
    """What both ask for is as the field says, and the rest as the instructions do."""
    asked = SpeechRequest("a", instructions="very sad, slow and loud", emotion="calm", speed=1.2)
    found = styled(asked)
    assert found.style == Style("calm", strength=1.0, pace=1.2, energy=4)
    assert found.told == "energy=4"
    assert found.ignored == ()
    assert styled(SpeechRequest("a", instructions="sad", emotion_strength=0)).style.strength == 0


@pytest.mark.parametrize(
    ("instructions", "told", "ignored"),
    [
        ("slightly sad", "emotion=sad;strength=0.35", None),
        ("Speak like a pirate", None, "instructions"),
        ("sad, like a pirate", "emotion=sad;strength=0.7", 'instructions "like a pirate"'),
        ("慢一点，像海盗", "pace=0.9", 'instructions "%E5%83%8F%E6%B5%B7%E7%9B%97"'),
        ('slow, a "b"\r\nx-evil: 😀', "pace=0.8", None),
        ("", None, None),
    ],
)
def test_the_answer_says_what_was_understood(
    served: Served, instructions: str, told: str | None, ignored: str | None
) -> None:
    """`x-style` says what was taken, `x-ignored` what was not."""
    reply = raw.speak(served.port, instructions=instructions, response_format="pcm")
    assert reply.status == 200
    assert reply.headers.get("x-style") == told
    others = [
        one for one in reply.headers.get("x-ignored", "").split(", ") if "instructions" in one
    ]
    if "evil" not in instructions:
        assert others == ([ignored] if ignored else [])
    assert "x-evil" not in reply.headers


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("emotion", "hapy"),
        ("emotion_strength", 1.5),
        ("emotion_strength", "much"),
        ("energy", -21),
        ("energy", 13),
        ("emotion", 3),
    ],
)
def test_what_cannot_be_is_refused(served: Served, field: str, value: object) -> None:
    """With the name of the field, and for a mood with the nearest right one."""
    reply = raw.speak(served.port, **{field: value})
    error = msgspec.json.decode(reply.body)["error"]
    assert (reply.status, error["param"]) == (400, field)
    assert value != "hapy" or "'happy'" in error["message"]
