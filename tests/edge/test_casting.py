"""A recording that is sent along with a request."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from antiphon.edge.casting import decoded
from antiphon.errors import InvalidRequest, RequestTooLarge
from antiphon.speech import Need
from tests.edge.voicing import VOICES, Matching, voicing, wav
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
    assert decoded("QUJD\n REVG", 6) == b"ABCDEF"
    with pytest.raises(RequestTooLarge):
        decoded("QUJDREVG", 5)
    with pytest.raises(InvalidRequest):
        decoded("QUJDREVGQ", 50)


async def test_an_unknown_voice_is_told_with_the_nearest(tmp_path: Path) -> None:
    """Among the engine's own and the caller's."""
    async with voicing(tmp_path) as at:
        await at.enrol("teacher")
        answer = await at.speak("techer")
    assert "did you mean 'teacher'?" in answer.json()["error"]["message"]
