"""Whose voices they are: listed, shown, lent, carried elsewhere and erased over HTTP."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from antiphon.speech import Style
from tests.edge.voicing import CONSENTS, VOICES, Matching, Voicing, sample, voicing
from tests.voices.keeping import a_recording

pytestmark = pytest.mark.anyio


async def test_the_list_is_the_engines_voices_and_then_the_enrolled(tmp_path: Path) -> None:
    """By pages; in the words of every peer."""
    async with voicing(tmp_path) as at:
        for number in range(3):
            await at.enrol(f"v{number}")
        first = (await at.http.get(VOICES, params={"limit": 2})).json()
        rest = (await at.http.get(VOICES, params={"after": first["last_id"]})).json()
    assert [voice["name"] for voice in first["voices"]] == ["low", "high", "v0", "v1"]
    assert [voice["name"] for voice in first["uploaded_voices"]] == ["v0", "v1"]
    assert first["voices"][2]["id"].startswith("voice_")
    assert first["voices"][2]["moods"] == ["neutral"]
    assert first["voices"][2]["languages"] == first["voices"][0]["languages"] == ["en", "zh"]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [voice["name"] for voice in rest["voices"]] == ["v2"]


@pytest.mark.parametrize(
    "limit", ["0", "-1", "1001", "x", "9" * 30, "0" * 8 + "1" + "0" * 20, "²", "0" * 5000 + "1"]
)
async def test_a_page_has_its_bounds(tmp_path: Path, limit: str) -> None:
    """From 1 to 1000."""
    async with voicing(tmp_path) as at:
        answer = await at.http.get(VOICES, params={"limit": limit})
    assert answer.json()["error"]["param"] == "limit"


async def test_voices_are_private_to_their_keys(tmp_path: Path) -> None:
    """Others neither see, speak as, change nor erase them, until they are shared."""
    async with voicing(tmp_path) as at:
        anna, bob = await at.key("anna"), await at.key("bob")
        strangers: list[dict[str, str]] = [bob, {}]
        at.http.headers.update(anna)
        name = (await at.enrol("mine")).json()["id"]
        for shared in (False, True):
            changed = await at.http.post(f"{VOICES}/{name}", json={"shared": shared})
            assert changed.json()["shared"] is shared
            for who in strangers:
                del at.http.headers["authorization"]
                at.http.headers.update(who)
                shown = await at.http.get(f"{VOICES}/{name}")
                listed = (await at.http.get(VOICES)).json()["uploaded_voices"]
                spoken = await at.speak("mine", input=f"{shared} {len(who)}")
                assert shown.status_code == (200 if shared else 404)
                assert [one["consent"] for one in listed] == ([None] if shared else [])
                assert spoken.status_code == (200 if shared else 400)
                at.http.headers.update(anna)


async def test_what_only_an_owner_may_do(tmp_path: Path) -> None:
    """A stranger is asked for a key, another owner finds nothing; a wrong key opens nothing."""
    async with voicing(tmp_path) as at:
        anna, bob = await at.key("anna"), await at.key("bob")
        await at.http.post(
            VOICES, data={"name": "mine", "consent": "true"}, files=sample(), headers=anna
        )
        calls = [
            ("DELETE", f"{VOICES}/mine", {}),
            ("POST", f"{VOICES}/mine", {"json": {"shared": True}}),
            ("GET", f"{VOICES}/mine/export", {}),
            (
                "POST",
                f"{VOICES}/mine/recordings",
                {"data": {"mood": "sad", "consent": "true"}, "files": sample()},
            ),
        ]
        for method, path, more in calls:
            told = [
                (await at.http.request(method, path, headers=who, **more)).json()["error"]["code"]
                for who in (bob, {}, {"authorization": "Bearer none"})
            ]
            assert told == ["voice_not_found", "key_required", "invalid_api_key"], path
        for path in (VOICES, CONSENTS):
            asked = await at.http.post(path, data={"name": "x"}, files=sample())
            assert asked.json()["error"]["code"] == "key_required"
        wrong = await at.http.post(
            "/v1/audio/speech", json={"input": "One."}, headers={"authorization": "Bearer none"}
        )
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "invalid_api_key")
        assert (await at.speak("high")).status_code == 200


async def test_an_owner_is_told_to_the_engine(tmp_path: Path) -> None:
    """The call carries who asks."""

    class Noting(Matching):
        def speak(self, utterance, call):  # type: ignore[no-untyped-def]
            owners.append(call.owner)
            return super().speak(utterance, call)

    owners = list[str]()
    async with voicing(tmp_path, Noting()) as at:
        await at.speak("high")
        at.http.headers.update(await at.key("anna"))
        await at.speak("high", input="Two.")
        del at.http.headers["authorization"]
        await at.speak("high", input="Three.")
    assert owners == ["local", "anna", "anonymous"]


async def test_a_repeat_tells_nobody_what_another_had_spoken(tmp_path: Path) -> None:
    """Each owner's own repeats come from memory, and nobody else's."""
    async with voicing(tmp_path) as at:
        callers = [await at.key("anna"), await at.key("bob"), {}]
        told = [await _spoken_by(at, who) for who in (*callers, *callers)]
    assert told == ["miss"] * 3 + ["hit"] * 3


async def _spoken_by(at: Voicing, who: dict[str, str]) -> str:
    answer = await at.http.post("/v1/audio/speech", json={"input": "A secret."}, headers=who)
    found: str = answer.headers["x-cache"]
    return found


async def test_a_voice_is_erased_everywhere(tmp_path: Path) -> None:
    """Objects, rows, what the engine remembers, and answers that were made with it."""
    async with voicing(tmp_path) as at:
        name = (await at.enrol()).json()["id"]
        await at.speak("anna")
        await at.speak("high")
        assert len(at.served.house.shelf) == 2
        answer = await at.http.request(
            "DELETE", f"{VOICES}/anna", headers={"content-type": "application/json"}
        )
        assert answer.json() == {"id": name, "deleted": True, "object": "audio.voice.deleted"}
        assert len(at.served.house.shelf) == 1
        assert at.engine.forgotten == [a_recording(1).digest]
        assert not [path for path in (tmp_path / "objects").glob("**/*") if path.is_file()]
        again = await at.http.delete(f"{VOICES}/anna")
        assert (again.status_code, again.json()["error"]["code"]) == (404, "voice_not_found")
        spoken = await at.speak("anna")
        assert spoken.json()["error"]["code"] == "unknown_voice"


async def test_a_voice_that_another_process_erased_is_forgotten(tmp_path: Path) -> None:
    """The server notices at its next look, and finds the voice gone at once."""
    async with voicing(tmp_path / "data") as at, voicing(tmp_path / "data") as other:
        await at.enrol()
        await other.speak("anna")
        changes = other.served.house.memory.changes
        await changes.look()
        await at.http.delete(f"{VOICES}/anna")
        assert (await other.speak("anna", input="Two.")).status_code == 400
        await changes.look()
        assert other.engine.forgotten == [a_recording(1).digest]
        assert len(other.served.house.shelf) == 0


async def test_a_voice_goes_elsewhere_as_a_file(tmp_path: Path) -> None:
    """And is there the same voice, under another name where one is given."""
    async with voicing(tmp_path / "here") as here, voicing(tmp_path / "there") as there:
        await here.enrol(ref_text="Good morning.")
        await here.http.post(
            f"{VOICES}/anna/recordings", data={"mood": "sad", "consent": "true"}, files=sample(2)
        )
        file = await here.http.get(f"{VOICES}/anna/export")
        assert file.headers["content-type"] == "application/zip"
        assert "anna.voice.zip" in file.headers["content-disposition"]
        for name in ("", "berta"):
            answer = await there.http.post(
                f"{VOICES}/import", data={"name": name}, files={"file": file.content}
            )
            assert answer.json()["name"] == (name or "anna")
            assert answer.json()["moods"] == ["neutral", "sad"]
        both = [a_recording(1, "Good morning.").digest, a_recording(2).digest]
        assert there.engine.prepared[:2] == both
        assert (await there.speak("berta")).headers["x-voice-likeness"] == "matched"
        assert there.engine.spoken == [a_recording(1, "Good morning.")]
        broken = await there.http.post(f"{VOICES}/import", files={"file": file.content[:-30]})
        assert broken.json()["error"]["code"] == "bad_archive"


async def test_a_mood_is_spoken_by_its_recording(tmp_path: Path) -> None:
    """And is not put on it a second time."""
    from antiphon.edge.casting import find_cast

    async with voicing(tmp_path) as at:
        await at.enrol()
        await at.http.post(
            f"{VOICES}/anna/recordings", data={"mood": "sad", "consent": "true"}, files=sample(2)
        )
        await at.speak("anna")
        house, said = at.served.house, at.engine.asked[-1]
        cast = await find_cast("anna", "local", house.staircase, {})
        sad, angry = (
            cast.onto(_in_mood(said, mood), house.staircase.card) for mood in ("sad", "angry")
        )
    assert (sad.recording, sad.style.emotion) == (a_recording(2).digest, None)
    assert (angry.recording, angry.style.emotion) == (a_recording(1).digest, "angry")


def _in_mood(said, mood):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(said, style=Style(emotion=mood))


async def test_consents_over_http(tmp_path: Path) -> None:
    """Made, listed, shown, renamed, rested upon and erased."""
    form = {"name": "Anna", "language": "en-GB"}
    async with voicing(tmp_path) as at:
        made = [
            (await at.http.post(CONSENTS, data=form, files=sample(field="recording"))).json()
            for _ in range(2)
        ]
        name = made[0]["id"]
        assert made[0] == {
            "id": name,
            "created_at": made[0]["created_at"],
            "language": "en-GB",
            "name": "Anna",
            "object": "audio.voice_consent",
        }
        listed = (await at.http.get(CONSENTS, params={"limit": 1})).json()
        assert listed == {
            "object": "list",
            "data": [made[0]],
            "first_id": name,
            "last_id": name,
            "has_more": True,
        }
        renamed = await at.http.post(f"{CONSENTS}/{name}", json={"name": "Anna B."})
        assert (await at.http.get(f"{CONSENTS}/{name}")).json() == renamed.json()
        assert (await at.enrol(consent=name)).json()["consent"] == name
        used = await at.http.delete(f"{CONSENTS}/{name}")
        assert (used.status_code, used.json()["error"]["code"]) == (409, "consent_in_use")
        await at.http.delete(f"{VOICES}/anna")
        gone = await at.http.delete(f"{CONSENTS}/{name}")
        assert gone.json() == {"id": name, "deleted": True, "object": "audio.voice_consent"}
        missing = await at.http.get(f"{CONSENTS}/{name}")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "consent_not_found")
        refused = await at.http.post(CONSENTS, data=form, files={"recording": b"MZ"})
        assert refused.status_code == 415
        fileless = await at.http.post(CONSENTS, data=form, files={"other": b"x"})
        assert fileless.json()["error"]["param"] == "recording"


@pytest.mark.parametrize("word", ["cheerful", "开心", "Happy"])
async def test_a_mood_is_enrolled_and_asked_for_by_any_of_its_names(
    tmp_path: Path, word: str
) -> None:
    """What is kept is the one name that every other leads to."""
    async with voicing(tmp_path) as at:
        await at.enrol()
        path = f"{VOICES}/anna/recordings"
        told = await at.http.post(path, data={"mood": word, "consent": "true"}, files=sample(2))
        assert told.json()["moods"] == ["neutral", "happy"]
        for number, asked in enumerate(("joyful", "高兴", "happy")):
            spoken = await at.speak("anna", input=f"{number}.", emotion=asked)
            assert "x-ignored" not in spoken.headers
        assert at.engine.spoken == [a_recording(2)] * 3
        unheard = await at.http.post(
            path, data={"mood": "sleepy", "consent": "true"}, files=sample(2)
        )
        assert (unheard.status_code, unheard.json()["error"]["param"]) == (400, "mood")


@pytest.mark.parametrize(
    "asked", [{"emotion": "sad", "emotion_strength": 0.4}, {"instructions": "slightly sad"}]
)
async def test_a_recorded_mood_has_the_strength_it_was_recorded_with(
    tmp_path: Path, asked: dict[str, object]
) -> None:
    """Another one that is asked for is listed as ignored; a mood without a recording takes it."""
    async with voicing(tmp_path) as at:
        await at.enrol()
        put_on = await at.speak("anna", **asked)
        assert "emotion_strength" not in put_on.headers.get("x-ignored", "")
        await at.http.post(
            f"{VOICES}/anna/recordings", data={"mood": "sad", "consent": "true"}, files=sample(2)
        )
        recorded = await at.speak("anna", **asked)
        assert "emotion_strength" in recorded.headers["x-ignored"]


@pytest.mark.parametrize("folder", ["what?x=1", "a b#c", "50%41"])
async def test_any_folder_will_do(tmp_path: Path, folder: str) -> None:
    """Whatever an address would make of its name."""
    data = tmp_path / folder
    async with voicing(data) as at:
        await at.enrol()
        assert (await at.speak("anna")).status_code == 200
    assert (data / "antiphon.db").is_file()
    assert (data / "objects").is_dir()
    assert os.listdir(tmp_path) == [folder]


async def test_a_name_is_the_same_however_its_accents_are_typed(tmp_path: Path) -> None:
    """Enrolled and asked for, composed or in parts."""
    parts, whole = "Zoe\u0301", "Zo\u00e9"
    async with voicing(tmp_path) as at:
        assert (await at.enrol(parts)).json()["name"] == whole
        for name in (parts, whole):
            assert (await at.speak(name)).headers["x-voice-likeness"] == "matched"
            assert (await at.http.get(f"{VOICES}/{name}")).status_code == 200
        assert (await at.http.delete(f"{VOICES}/{parts}")).status_code == 200
        assert {(await at.speak(name)).status_code for name in (parts, whole)} == {400}
