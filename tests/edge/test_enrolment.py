"""Enrolment over HTTP: a recording becomes a voice, in every dialect, or is refused with a fix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from antiphon.edge.house import House
from antiphon.errors import Overloaded
from antiphon.settings import Settings
from antiphon.speech import Need
from antiphon.staircase import staircase
from antiphon.voices.reference import Accepted
from tests.edge import raw
from tests.edge.voicing import VOICES, Matching, Voicing, Wavs, sample, voicing, wav
from tests.voices.keeping import a_recording

pytestmark = pytest.mark.anyio
DIGEST = a_recording(1).digest


def refused(answer: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code and field of a refusal."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["param"]


async def test_a_recording_becomes_a_voice(tmp_path: Path) -> None:
    """The answer names it, and says what was found and what could be better."""
    async with voicing(tmp_path) as at:
        answer = await at.enrol(ref_text="Good  morning. ", speaker_description="calm")
        told = answer.json()
    assert answer.status_code == 200
    assert told["id"].startswith("voice_")
    assert isinstance(told["created_at"], int)
    assert told["verdict"]["snr_db"] == 30
    assert told["advice"] == ["come nearer"]
    del told["id"], told["created_at"], told["verdict"], told["advice"]
    assert told == {
        "name": "anna",
        "object": "audio.voice",
        "type": "audio_sample",
        "description": "calm",
        "shared": False,
        "consent": "true",
        "moods": ["neutral"],
        "transcribed": True,
    }


@pytest.mark.parametrize("field", ["audio_sample", "file", "files", "files[]"])
async def test_the_file_has_several_names(tmp_path: Path, field: str) -> None:
    """As OpenAI's, vLLM's and ElevenLabs' clients call it."""
    async with voicing(tmp_path) as at:
        data = {"name": "anna", "consent": "true", "type": "audio_sample", "unheard_of": "x"}
        answer = await at.http.post(VOICES, data=data, files=sample(field=field))
    assert answer.status_code == 200


async def test_the_engine_prepares_it_before_the_answer(tmp_path: Path) -> None:
    """So that its first sentence is quick; what it made is kept with the voice."""
    async with voicing(tmp_path) as at:
        await at.enrol()
        library = at.served.house.memory.library
        assert at.engine.prepared == [DIGEST]
        assert not library.holds(DIGEST)
        assert await library.prepared(DIGEST, "counting-1") == b"profile"


async def test_an_engine_that_needs_the_words_is_not_bothered_without_them(tmp_path: Path) -> None:
    """The voice is kept, and the answer says what this engine will ask for."""
    async with voicing(tmp_path, Matching(Need.TRANSCRIPT)) as at:
        told = (await at.enrol()).json()
        assert at.engine.prepared == []
        assert "ref_text" in told["advice"][-1]
        assert refused(await at.speak("anna")) == (400, "transcript_required", "ref_text")
        await at.enrol("berta", ref_text="Good morning.")
        assert (await at.speak("berta")).status_code == 200


async def test_an_engine_with_voices_of_its_own_only_says_so(tmp_path: Path) -> None:
    """At enrolment as advice, at speech as an error; its own voices speak on."""
    async with voicing(tmp_path, Matching(abilities=())) as at:
        told = (await at.enrol()).json()
        assert "cannot speak as this voice" in told["advice"][-1]
        assert at.engine.prepared == []
        assert refused(await at.speak("anna")) == (400, "voice_unsupported", "voice")
        assert (await at.speak("high")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"consent": ""}, (400, "consent_required", "consent")),
        ({"consent": "false"}, (400, "consent_required", "consent")),
        ({"consent": "cons_0"}, (404, "consent_not_found", "consent")),
        ({"name": ""}, (400, "invalid_request", "name")),
        ({"name": "a\nb"}, (400, "invalid_request", "name")),
        ({"name": "x" * 81}, (400, "invalid_request", "name")),
        ({"name": "high"}, (400, "invalid_request", "name")),
        ({"name": "alloy"}, (400, "invalid_request", "name")),
        ({"mood": "very happy"}, (400, "invalid_request", "mood")),
        ({"type": "prompt"}, (400, "invalid_request", "type")),
        ({"ref_text": "x" * 2_001}, (400, "bad_transcript", "ref_text")),
        ({"speaker_description": "x" * 501}, (400, "invalid_request", "speaker_description")),
        ({"name": "x" * 70_000}, (413, "request_too_large", None)),
    ],
)
async def test_what_is_wrong_is_told_before_the_recording_is_looked_at(
    tmp_path: Path, fields: dict[str, str], told: tuple[int, str, str | None]
) -> None:
    """With the field that it is; nothing is kept."""
    async with voicing(tmp_path) as at:
        answer = await at.enrol(**fields)
        assert refused(answer) == told
        assert answer.headers["x-should-retry"] == "false"
        assert at.engine.prepared == []
        assert (await at.http.get(VOICES)).json()["uploaded_voices"] == []


async def test_without_a_name_or_a_file(tmp_path: Path) -> None:
    """Both are needed."""
    async with voicing(tmp_path) as at:
        nameless = await at.http.post(VOICES, data={"consent": "true"}, files=sample())
        fileless = await at.http.post(
            VOICES, data={"consent": "true", "name": "a"}, files={"other": b"x"}
        )
    assert refused(nameless) == (400, "invalid_request", "name")
    assert refused(fileless) == (400, "invalid_request", "audio_sample")


async def test_a_name_is_taken_once(tmp_path: Path) -> None:
    """The second is told so, and to OpenAI's clients, which retry a 409, that it is final."""
    async with voicing(tmp_path) as at:
        await at.enrol()
        answer = await at.enrol(seed=2)
        assert refused(answer) == (409, "voice_exists", "name")
        assert answer.headers["x-should-retry"] == "false"
        assert at.engine.prepared == [DIGEST]


async def test_a_recording_that_is_refused_leaves_nothing(tmp_path: Path) -> None:
    """Neither a voice nor an object."""
    async with voicing(tmp_path) as at:
        files = {"audio_sample": ("a.wav", b"MZ...", "audio/wav")}
        data = {"name": "anna", "consent": "true"}
        answer = await at.http.post(VOICES, data=data, files=files)
        assert refused(answer) == (415, "not_audio", "audio_sample")
        assert (await at.http.get(f"{VOICES}/anna")).status_code == 404
    assert not list((tmp_path / "objects").glob("**/*.*"))


async def test_a_mood_needs_a_consent_too(tmp_path: Path) -> None:
    """Nobody knows whose recording it is; nothing is listened to without."""
    async with voicing(tmp_path) as at:
        await at.enrol()
        path = f"{VOICES}/anna/recordings"
        for said in ({}, {"consent": "No."}):
            answer = await at.http.post(path, data={"mood": "sad", **said}, files=sample(2))
            assert refused(answer) == (400, "consent_required", "consent")
        assert at.engine.prepared == [DIGEST]


async def test_a_voice_gets_more_moods(tmp_path: Path) -> None:
    """Each with a recording of its own; the voice speaks each mood with it."""
    async with voicing(tmp_path) as at:
        await at.enrol()
        path = f"{VOICES}/anna/recordings"
        told = await at.http.post(path, data={"mood": "happy", "consent": "true"}, files=sample(2))
        assert told.json()["moods"] == ["neutral", "happy"]
        assert at.engine.prepared == [DIGEST, a_recording(2).digest]
        missing = await at.http.post(
            f"{VOICES}/berta/recordings", data={"mood": "happy", "consent": "true"}, files=sample(2)
        )
        assert refused(missing) == (404, "voice_not_found", "voice")


class Slow(Wavs):
    """Checks nothing before it is told to."""

    def __init__(self) -> None:
        self.gate, self.inside = anyio.Event(), 0

    async def accept(self, data: bytes, transcript: str = "") -> Accepted:
        """When the gate opens."""
        self.inside += 1
        try:
            await self.gate.wait()
        finally:
            self.inside -= 1
        return await super().accept(data, transcript)


def slowed(at: Voicing) -> Slow:
    """The server with checks that wait."""
    slow = Slow()
    at.served.house.references = slow  # type: ignore[assignment]
    return slow


async def test_a_flood_is_turned_away(tmp_path: Path) -> None:
    """Who finds the queue before the check full is told at once when to come back."""

    class Full(Wavs):
        async def accept(self, data: bytes, transcript: str = "") -> Accepted:
            raise Overloaded(17, 17, 2.0)

    async with voicing(tmp_path) as at:
        at.served.house.references = Full()  # type: ignore[assignment]
        answer = await at.enrol()
        assert refused(answer) == (503, "overloaded", None)
        assert answer.headers["retry-after"] == "2"


async def test_the_settings_bound_what_is_checked(tmp_path: Path) -> None:
    """How many bytes a file may have, everywhere, and how long it waits."""
    house = House(Settings(max_upload_bytes=30_000_000, enrolment_timeout_s=7), staircase, None)
    bounds = house.references._bounds
    assert (bounds.most_bytes, bounds.held_bytes, bounds.wait_s) == (30_000_000, 120_000_000, 7)


async def test_a_check_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """The caller is told within the limit."""
    async with voicing(tmp_path, enrolment_timeout_s=0.05) as at:
        slow = slowed(at)
        assert refused(await at.enrol()) == (504, "deadline_exceeded", None)
        assert slow.inside == 0


async def test_a_client_that_leaves_frees_its_place(tmp_path: Path) -> None:
    """The check is given up, and nothing is enrolled."""
    async with voicing(tmp_path) as at:
        slow = slowed(at)
        with anyio.move_on_after(0.2):
            await at.enrol()
        with anyio.fail_after(5):
            while slow.inside:
                await anyio.lowlevel.checkpoint()
        assert (await at.http.get(f"{VOICES}/anna")).status_code == 404


async def test_uploads_are_bounded(tmp_path: Path) -> None:
    """One that is too large is refused before it is read; all together share a bound."""
    async with voicing(tmp_path, max_upload_bytes=1_000_000) as at:
        files = {"audio_sample": ("a.wav", bytes(2_000_000), "audio/wav")}
        data = {"name": "anna", "consent": "true"}
        answer = await at.http.post(VOICES, data=data, files=files)
        assert refused(answer) == (413, "request_too_large", None)
        at.served.house.door.uploads._held_bytes = 8_000_000
        assert refused(await at.enrol()) == (503, "overloaded", None)
        at.served.house.door.uploads._held_bytes = 0
        assert (await at.enrol()).status_code == 200
        assert at.served.house.door.uploads._held_bytes == 0


HEAD = 'Content-Disposition: form-data; name="name"\r\n\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("", b"x"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + HEAD.encode() + b"anna"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + HEAD.encode() + b"\xff\r\n--x--\r\n"),
        ("multipart/form-data; boundary=" + "x" * 5_000, b"--x--"),
        (
            "multipart/form-data; boundary=x",
            b"".join(b"--x\r\n" + HEAD.encode() + b"a\r\n" for _ in range(50)) + b"--x--\r\n",
        ),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\n" + b"X-Long: " + b"y" * 100_000 + b"\r\n\r\na\r\n--x--\r\n",
        ),
        (
            "multipart/form-data; boundary=x",
            b"".join(b"--x\r\n" + HEAD.encode() + b"a\r\n" for _ in range(2)) + b"--x--\r\n",
        ),
    ],
)
async def test_a_form_that_is_none_is_refused(tmp_path: Path, kind: str, body: bytes) -> None:
    """Whatever is wrong with it."""
    async with voicing(tmp_path) as at:
        answer = await at.http.post(VOICES, content=body, headers={"content-type": kind})
    assert refused(answer)[:2] == (400, "invalid_request")


async def test_a_slow_upload_is_given_up(tmp_path: Path) -> None:
    """And the client is told so."""
    async with voicing(tmp_path, upload_timeout_s=0.1) as at:
        head = raw.head(1_000, VOICES)

        def ask() -> raw.Reply:
            return raw.ask(at.served.port, head + b"--x")

        reply = await anyio.to_thread.run_sync(ask)
    assert (reply.status, reply.error["code"]) == (408, "request_timeout")


@pytest.mark.parametrize("needs", [(), (Need.TRANSCRIPT,)])
async def test_speech_goes_on_in_the_voice(tmp_path: Path, needs: Any) -> None:
    """By name, by id and by object, with the very recording; headers tell what is heard."""
    async with voicing(tmp_path, Matching(*needs)) as at:
        name = (await at.enrol(ref_text="Good morning.")).json()["id"]
        for voice in (name, "anna", {"id": name}):
            answer = await at.speak(voice, input=f"{voice}")
            assert answer.headers["x-voice-likeness"] == "matched"
            assert answer.headers["x-engine"] == "counting"
        assert {one.digest for one in at.engine.spoken} == {a_recording(1, "Good morning.").digest}
        own = await at.speak("high")
        assert own.headers["x-voice-likeness"] == "own"
        hit = await at.speak(name, input=name)
        assert (hit.headers["x-cache"], hit.headers["x-voice-likeness"]) == ("hit", "matched")


async def test_a_file_in_memory_is_what_was_sent() -> None:
    """The helper writes what the fake check reads."""
    accepted = await Wavs().accept(wav(3))
    assert accepted.recording == a_recording(3)
