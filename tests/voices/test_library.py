"""The library: found, lent, carried about by engines, and erased to the last trace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from antiphon.claims import ConsentNotFound, ConsentRequired, VoiceExists, VoiceNotFound
from antiphon.errors import StorageAway, UnknownRecording
from antiphon.storage.changes import RECORDING
from antiphon.storage.retention import UNCLAIMED_S
from antiphon.voices.enrolled import Enrolled
from tests.voices.keeping import Kept, a_profile, a_recording, keeping

pytestmark = pytest.mark.anyio
ONE, TWO = a_recording(1), a_recording(2, "Good morning.")


@pytest.fixture
async def kept(database_url: str, tmp_path: Path) -> AsyncIterator[Kept]:
    """An empty library, on both databases."""
    async with keeping(database_url, tmp_path) as found:
        yield found


async def objects(kept: Kept) -> list[str]:
    """Every object that is kept."""
    folders = ("recordings/", "prepared/", "consents/")
    return [name for folder in folders for name in await kept.objects.names(folder)]


async def test_a_voice_is_found_by_its_id_and_by_its_name(kept: Kept) -> None:
    """By its owner, with its recordings by mood."""
    one = await kept.library.enrol(a_profile(), {"neutral": ONE, "happy": TWO})
    for name in (one.id, "anna"):
        found = await kept.library.find("local", name)
        assert found == one
        assert found.voice.recordings == {"neutral": ONE.digest, "happy": TWO.digest}
        assert (found.kept[TWO.digest].transcribed, found.kept[ONE.digest].seconds) == (True, 0.1)
    assert await kept.library.find("local", "Anna") is None


async def test_a_voice_is_nobody_elses_until_it_is_shared(kept: Kept) -> None:
    """Others neither find, list, change nor remove it; then they find it, and still no more."""
    one = await kept.library.enrol(a_profile(), {"neutral": ONE})
    for shared in (False, True, False):
        await kept.library.share("local", "anna", shared)
        listed = await kept.library.page("bob")
        found = [await kept.library.find("bob", name) for name in (one.id, "anna")]
        assert ([each is not None for each in found], len(listed.voices)) == ([shared] * 2, shared)
        for name in (one.id, "anna"):
            with pytest.raises(VoiceNotFound):
                await kept.library.remove("bob", name)
            with pytest.raises(VoiceNotFound):
                await kept.library.share("bob", name, True)


async def test_ones_own_voice_is_found_before_a_shared_one(kept: Kept) -> None:
    """Two owners may use the same name."""
    await kept.library.enrol(a_profile(shared=True), {"neutral": ONE})
    lent = await kept.library.find("bob", "anna")
    own = await kept.library.enrol(a_profile(owner="bob"), {"neutral": TWO})
    assert lent is not None
    assert lent.owner == "local"
    assert await kept.library.find("bob", "anna") == own


async def test_a_name_is_given_once(kept: Kept) -> None:
    """The second voice of a name is refused, and its sound is erased when nobody claims it."""
    await kept.library.enrol(a_profile(), {"neutral": ONE})
    with pytest.raises(VoiceExists):
        await kept.library.enrol(a_profile(), {"neutral": TWO})
    kept.clock.now += UNCLAIMED_S
    await kept.library.retention.erase_pending()
    assert await objects(kept) == [f"recordings/{ONE.digest}"]


async def test_pages_follow_one_another(kept: Kept) -> None:
    """In the order in which voices were made, own and shared, each once."""
    for number in range(7):
        owner = "bob" if number % 2 else "local"
        profile = a_profile(f"v{number}", owner, shared=number == 3)
        await kept.library.enrol(profile, {"neutral": ONE})
    names, after, more = list[str](), "", True
    while more:
        page = await kept.library.page("local", after, limit=2)
        names += [one.voice.name for one in page.voices]
        after, more = page.voices[-1].id, page.more
    assert names == ["v0", "v2", "v3", "v4", "v6"]


async def test_an_engine_gets_a_recording_by_its_digest(kept: Kept) -> None:
    """To the sample, with its transcript; and what it made of it, for its model only."""
    await kept.library.enrol(a_profile(), {"neutral": TWO})
    assert await kept.library.recording(TWO.digest) == TWO
    await kept.library.keep_prepared(TWO.digest, "model-1", b"profile")
    assert await kept.library.prepared(TWO.digest, "model-1") == b"profile"
    assert await kept.library.prepared(TWO.digest, "model-2") is None


async def test_a_recording_that_was_changed_is_not_handed_out(kept: Kept) -> None:
    """Its digest is its name, so a damaged one is an unknown one."""
    await kept.library.enrol(a_profile(), {"neutral": ONE})
    await kept.objects.put(f"recordings/{ONE.digest}", b"something else")
    for digest in (ONE.digest, TWO.digest):
        with pytest.raises(UnknownRecording):
            await kept.library.recording(digest)


async def test_a_recording_that_passes_through_is_not_kept(kept: Kept) -> None:
    """It is in memory for engines, with what they make of it, and nowhere else."""
    kept.library.hold(ONE)
    await kept.library.keep_prepared(ONE.digest, "model", b"profile")
    assert await kept.library.recording(ONE.digest) == ONE
    assert await kept.library.prepared(ONE.digest, "model") == b"profile"
    assert await objects(kept) == []


async def test_what_was_prepared_before_enrolment_is_kept_with_it(kept: Kept) -> None:
    """An engine prepares the recording while it passes through; the voice brings it along."""
    kept.library.hold(ONE)
    await kept.library.keep_prepared(ONE.digest, "model", b"profile")
    await kept.library.enrol(a_profile(), {"neutral": ONE})
    assert not kept.library.holds(ONE.digest)
    assert await kept.library.prepared(ONE.digest, "model") == b"profile"


async def test_removal_erases_every_trace(kept: Kept) -> None:
    """Sound, profiles and rows are gone, and whoever remembers is told."""
    told = list[str]()
    kept.changes.on(RECORDING, told.append)
    one = await kept.library.enrol(a_profile(), {"neutral": ONE, "happy": TWO})
    await kept.library.keep_prepared(ONE.digest, "model", b"profile")
    await kept.library.remove("local", one.id)
    assert await objects(kept) == []
    assert set(told) == {ONE.digest, TWO.digest}
    assert await kept.library.find("local", "anna") is None
    with pytest.raises(UnknownRecording):
        await kept.library.recording(ONE.digest)
    await kept.library.keep_prepared(ONE.digest, "model", b"late")
    assert await objects(kept) == []


async def test_a_recording_of_two_voices_is_erased_with_the_last(kept: Kept) -> None:
    """Whoever shares a recording keeps it."""
    told = list[str]()
    kept.changes.on(RECORDING, told.append)
    await kept.library.enrol(a_profile("one"), {"neutral": ONE})
    await kept.library.enrol(a_profile("two", "bob"), {"neutral": ONE})
    await kept.library.remove("local", "one")
    assert await kept.library.recording(ONE.digest) == ONE
    assert told == []
    await kept.library.remove("bob", "two")
    assert await objects(kept) == []
    assert told == [ONE.digest]


async def test_another_recording_for_a_mood_takes_the_place_of_the_first(kept: Kept) -> None:
    """Which is erased, unless another mood has it."""
    await kept.library.enrol(a_profile(), {"neutral": ONE, "calm": ONE})
    one = await kept.library.add("local", "anna", "neutral", TWO)
    assert one.voice.recordings == {"neutral": TWO.digest, "calm": ONE.digest}
    one = await kept.library.add("local", "anna", "calm", TWO)
    assert one.voice.recordings == {"neutral": TWO.digest, "calm": TWO.digest}
    assert await objects(kept) == [f"recordings/{TWO.digest}"]


async def test_what_could_not_be_erased_is_erased_later(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A removal while the object store is away is kept in mind until the store is back."""
    await kept.library.enrol(a_profile(), {"neutral": ONE})

    async def away(name: str) -> None:
        raise StorageAway("the object store")

    with monkeypatch.context() as patch:
        patch.setattr(kept.objects, "erase", away)
        await kept.library.remove("local", "anna")
        assert await objects(kept) == [f"recordings/{ONE.digest}"]
        with pytest.raises(StorageAway):
            await kept.library.retention.erase_pending()
    await kept.library.retention.erase_pending()
    assert await objects(kept) == []


async def test_a_voice_that_was_used_speaks_on_while_the_database_is_away(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others cannot be found meanwhile; after a change of voices nobody is remembered."""
    one = await kept.library.enrol(a_profile(), {"neutral": ONE})
    await kept.library.find("local", "anna")

    async def away(work: object) -> None:
        raise StorageAway("the database")

    with monkeypatch.context() as patch:
        patch.setattr(kept.database, "read", away)
        assert await kept.library.find("local", "anna") == one
        with pytest.raises(StorageAway):
            await kept.library.find("local", "berta")
        kept.changes.tell("voice", one.id)
        with pytest.raises(StorageAway):
            await kept.library.find("local", "anna")


async def test_another_process_sees_all_of_it_at_once(
    kept: Kept, database_url: str, tmp_path: Path
) -> None:
    """New voices, removals, and that it must forget what it made of them."""
    async with keeping(database_url, tmp_path) as other:
        told = list[str]()
        other.changes.on(RECORDING, told.append)
        await other.changes.look()
        one = await kept.library.enrol(a_profile(), {"neutral": ONE})
        assert await other.library.find("local", "anna") == one
        await kept.library.remove("local", "anna")
        assert await other.library.find("local", "anna") is None
        await other.changes.look()
        assert told == [ONE.digest]


async def test_a_mood_that_a_voice_has_is_spoken_by_its_recording(kept: Kept) -> None:
    """Any other mood is put on the neutral one, or on the first where there is no neutral."""
    both = await kept.library.enrol(a_profile("both"), {"happy": TWO, "neutral": ONE})
    sad = await kept.library.enrol(a_profile("sad"), {"sad": TWO})
    assert both.cast("happy") == (both.kept[TWO.digest], True)
    assert both.cast("angry") == (both.kept[ONE.digest], False)
    assert both.cast(None) == (both.kept[ONE.digest], False)
    assert sad.cast(None) == (sad.kept[TWO.digest], False)


async def test_a_consent_may_go_while_a_recording_is_checked(kept: Kept) -> None:
    """No voice rests on one that was deleted, or whose sound was erased, meanwhile."""
    gone = await kept.consents.add("local", "Anna", "en", b"yes", "audio/wav")
    profile = a_profile(consent_id=gone.id)
    await kept.consents.remove("local", gone.id)
    with pytest.raises(ConsentNotFound):
        await kept.library.enrol(profile, {"neutral": ONE})
    erased = await kept.consents.add("local", "Anna", "en", b"yes", "audio/wav")
    profile = a_profile(consent_id=erased.id)
    await kept.library.enrol(profile, {"neutral": ONE})
    await kept.library.remove("local", "anna")
    with pytest.raises(ConsentRequired):
        await kept.library.enrol(profile, {"neutral": ONE})


async def test_a_voice_may_go_while_a_mood_of_it_is_kept(kept: Kept) -> None:
    """It is told as not found, and the sound that was kept for it is erased."""
    one = await kept.library.enrol(a_profile(), {"neutral": ONE})

    async def gone_meanwhile(owner: str, name: str) -> Enrolled:
        return one

    await kept.library.remove("local", "anna")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept.library, "own", gone_meanwhile)
        with pytest.raises(VoiceNotFound):
            await kept.library.add("local", "anna", "sad", TWO)
        with pytest.raises(VoiceNotFound):
            await kept.library.share("local", "anna", True)
    kept.clock.now += UNCLAIMED_S
    await kept.library.retention.erase_pending()
    assert await objects(kept) == []


async def test_many_enrol_the_same_at_once(database_url: str, tmp_path: Path) -> None:
    """Two processes, one owner who is new, one recording: one has each name, the rest are told."""
    told = list[str]()
    async with keeping(database_url, tmp_path) as one, keeping(database_url, tmp_path) as other:

        async def enrol(kept: Kept, name: str) -> None:
            try:
                await kept.library.enrol(a_profile(name), {"neutral": ONE})
            except VoiceExists:
                told.append(name)

        async with anyio.create_task_group() as group:
            for number in range(24):
                group.start_soon(enrol, (one, other)[number % 2], f"v{number // 2}")
        assert sorted(told) == sorted(f"v{number}" for number in range(12))
        assert len((await one.library.page("local")).voices) == 12


async def test_what_another_process_is_erasing_is_kept_again(
    database_url: str, tmp_path: Path
) -> None:
    """Whoever enrols the same recording waits for the erasing, and has its sound."""
    async with keeping(database_url, tmp_path) as here, keeping(database_url, tmp_path) as there:
        await here.library.enrol(a_profile(), {"neutral": ONE})
        begun, erase = anyio.Event(), here.objects.erase

        async def slowly(name: str) -> None:
            begun.set()
            for _ in range(20):  # the other process may do in between what it likes
                await there.database.read(lambda connection: None)
            await erase(name)

        here.objects.erase = slowly  # type: ignore[method-assign]
        async with anyio.create_task_group() as group:
            group.start_soon(here.library.remove, "local", "anna")
            await begun.wait()
            await there.library.enrol(a_profile("berta"), {"neutral": ONE})
        assert await there.library.recording(ONE.digest) == ONE


async def test_sound_that_was_erased_before_its_row_is_put_again(
    database_url: str, tmp_path: Path
) -> None:
    """The other process removed the recording between the two."""
    async with keeping(database_url, tmp_path) as here, keeping(database_url, tmp_path) as there:
        await here.library.enrol(a_profile(), {"neutral": ONE})
        put, times = there.objects.put, list[str]()

        async def outrun(name: str, data: bytes) -> None:
            await put(name, data)
            times.append(name)
            if len(times) == 1:
                await here.library.remove("local", "anna")

        there.objects.put = outrun  # type: ignore[method-assign]
        await there.library.enrol(a_profile("berta"), {"neutral": ONE})
        assert await there.library.recording(ONE.digest) == ONE
        assert len(times) == 2


async def test_nothing_of_a_removed_voice_stays_in_the_files(tmp_path: Path) -> None:
    """Neither in the database, nor in its log, nor as an empty folder."""
    async with keeping(f"sqlite:///{tmp_path / 'antiphon.db'}", tmp_path) as kept:
        await kept.library.enrol(a_profile("Rumpelstilz"), {"neutral": ONE})
        await kept.library.keep_prepared(ONE.digest, "model-1", b"profile")
        assert _holds(tmp_path, b"Rumpelstilz")
        assert _holds(tmp_path, ONE.digest.encode())
        await kept.library.remove("local", "Rumpelstilz")
        assert not _holds(tmp_path, b"Rumpelstilz")
        assert not [each for each in _paths(tmp_path) if ONE.digest in each.name]


def _paths(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


def _holds(folder: Path, what: bytes) -> bool:
    """Whether any of the files of a database holds these bytes."""
    return any(what in file.read_bytes() for file in folder.glob("antiphon.db*"))
