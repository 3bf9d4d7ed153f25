"""A recording that is sent along with a request."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from antiphon.edge.casting import decoded
from antiphon.errors import InvalidRequest, RequestTooLarge
from antiphon.speech import Ability, Need
from tests.edge.voicing import VOICES, Matching, sample, voicing, wav
from tests.voices.keeping import a_recording

pytestmark = pytest.mark.anyio
SENT = base64.b64encode(wav()).decode()


@pytest.mark.parametrize("head", ["", "data:audio/wav;base64,", "data:;base64,"])
async def test_a_request_may_bring_its_recording(tmp_path: Path, head: str) -> None:
    """It is spoken with, wins over the voice, and is kept nowhere."""
    async with voicing(tmp_path) as at:
        answer = await at.speak("high", ref_audio=head + SENT, ref_text="Good morning.")
        assert answer.headers["x-voice-likeness"] == "matched"
        assert at.engine.spoken == [a_recording(1, "Good morning.")]
        assert (await at.http.get(VOICES)).json()["uploaded_voices"] == []
    assert not (tmp_path / "objects").exists()


@pytest.mark.parametrize("field", ["ref_audio", "style_audio"])
async def test_a_stranger_may_bring_no_recording(tmp_path: Path, field: str) -> None:
    """Once there are keys, only the holder of one may have a recording checked and spoken with."""
    engine = Matching(abilities=(Ability.MATCHING, Ability.EMOTION))
    async with voicing(tmp_path, engine) as at:
        key = await at.key("anna")
        asked = await at.speak("high", **{field: SENT})
        assert (asked.status_code, asked.json()["error"]["code"]) == (401, "key_required")
        assert not engine.prepared
        at.http.headers.update(key)
        assert (await at.speak("high", **{field: SENT})).status_code == 200


async def test_a_recording_that_comes_again_is_checked_once(tmp_path: Path) -> None:
    """Sentence after sentence with the same bytes."""
    async with voicing(tmp_path) as at:
        for text in ("One.", "Two.", "Three."):
            await at.speak(None, input=text, ref_audio=SENT)
        assert at.engine.prepared == [a_recording(1).digest]
        assert len(at.engine.spoken) == 3


@pytest.mark.parametrize(
    "sent",
    [
        "http://127.0.0.1/a.wav",
        " https://example.org/a.wav",
        "file:///etc/passwd",
        "ftp://x/y",
        "s3://bucket/x",
        "data:audio/wav,notbase64",
        "!!!!",
        "UklGRg",
        "",
    ],
)
async def test_nothing_is_fetched_for_a_caller(tmp_path: Path, sent: str) -> None:
    """Only the file itself is taken."""
    async with voicing(tmp_path) as at:
        answer = await at.speak("high", ref_audio=sent)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, "ref_audio")


async def test_an_engine_may_need_the_words(tmp_path: Path) -> None:
    """Or be unable to speak with a recording at all."""
    async with voicing(tmp_path / "a", Matching(Need.TRANSCRIPT)) as at:
        answer = await at.speak("high", ref_audio=SENT, ref_text="  ")
        assert answer.json()["error"]["code"] == "transcript_required"
    async with voicing(tmp_path / "b", Matching(abilities=())) as at:
        answer = await at.speak("high", ref_audio=SENT)
        assert answer.json()["error"]["code"] == "voice_unsupported"


async def test_a_recording_that_is_refused_is_told(tmp_path: Path) -> None:
    """As at enrolment."""
    async with voicing(tmp_path) as at:
        answer = await at.speak("high", ref_audio=base64.b64encode(b"MZ").decode())
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (415, "not_audio", "ref_audio")


def test_a_recording_has_a_size() -> None:
    """The bound is that of uploads; white space in base64 does not count."""
    assert decoded("QUJD\n REVG", 6, "ref_audio") == b"ABCDEF"
    with pytest.raises(RequestTooLarge):
        decoded("QUJDREVG", 5, "ref_audio")
    with pytest.raises(InvalidRequest):
        decoded("QUJDREVGQ", 50, "ref_audio")


async def test_an_unknown_voice_is_told_with_the_nearest(tmp_path: Path) -> None:
    """Among the engine's own and the caller's."""
    async with voicing(tmp_path) as at:
        await at.enrol("teacher")
        answer = await at.speak("techer")
    assert "did you mean 'teacher'?" in answer.json()["error"]["message"]


CARRYING = (Ability.MATCHING, Ability.EMOTION)


async def test_a_mood_may_come_as_a_recording(tmp_path: Path) -> None:
    """It is checked like any other, wins over a name, and the strength goes with it."""
    async with voicing(tmp_path, Matching(abilities=CARRYING)) as at:
        await at.enrol("anna", seed=2)
        answer = await at.speak("anna", style_audio=SENT, emotion="sad", emotion_strength=0.5)
        assert "x-ignored" not in answer.headers
        style = at.engine.asked[-1].style
        assert (style.reference, style.strength) == (a_recording(1).digest, 0.5)
        assert at.engine.spoken == [a_recording(2)]
        wrong = await at.speak("anna", style_audio=base64.b64encode(b"MZ").decode())
        error = wrong.json()["error"]
        assert (wrong.status_code, error["code"], error["param"]) == (
            415,
            "not_audio",
            "style_audio",
        )


async def test_a_recorded_mood_wins_over_one_of_the_voice(tmp_path: Path) -> None:
    """The voice then speaks with its neutral recording, which the other mood is put on."""
    async with voicing(tmp_path, Matching(abilities=CARRYING)) as at:
        await at.enrol("anna", seed=2)
        await at.http.post(
            f"{VOICES}/anna/recordings", data={"mood": "sad", "consent": "true"}, files=sample(3)
        )
        await at.speak("anna", emotion="sad", style_audio=SENT)
    assert at.engine.spoken == [a_recording(2)]


async def test_an_engine_without_moods_ignores_a_recorded_one(tmp_path: Path) -> None:
    """And says so."""
    async with voicing(tmp_path) as at:
        answer = await at.speak("high", style_audio=SENT)
        assert answer.headers["x-ignored"] == "style_audio"
        assert at.engine.asked[-1].style.reference is None


async def test_an_alias_may_lead_to_an_enrolled_voice(tmp_path: Path) -> None:
    """For its owner and whoever it is lent to; the first voice answers to everybody else."""
    async with voicing(tmp_path, voice_aliases={"alloy": "anna", "nova": "soprano"}) as at:
        anna, bob = await at.key("anna"), await at.key("bob")
        at.http.headers.update(anna)
        voice = (await at.enrol("anna")).json()["id"]
        answer = await at.speak("alloy")
        assert answer.headers["x-voice-likeness"] == "matched"
        assert (await at.http.get(f"{VOICES}/alloy")).json()["id"] == voice
        listed = {
            each["id"]: each["aliases"] for each in (await at.http.get(VOICES)).json()["voices"]
        }
        assert listed == {"low": ["nova"], "high": [], voice: ["alloy"]}
        at.http.headers.update(bob)
        assert (await at.speak("alloy")).headers["x-voice-likeness"] == "own"
        at.http.headers.update(anna)
        await at.http.post(f"{VOICES}/anna", json={"shared": True})
        at.http.headers.update(bob)
        assert (await at.speak("alloy")).headers["x-voice-likeness"] == "matched"


async def test_a_voice_of_the_engine_is_shown_as_it_is_listed(tmp_path: Path) -> None:
    """By its name and by its aliases."""
    async with voicing(tmp_path, voice_aliases={"nova": "high"}) as at:
        listed = (await at.http.get(VOICES)).json()["voices"][1]
        for name in ("high", "nova"):
            assert (await at.http.get(f"{VOICES}/{name}")).json() == listed
