"""Voices as files: the same elsewhere to the sample, and nothing but voices let in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from antiphon.claims import BadArchive, VoiceExists
from antiphon.speech import Recording, Voice
from antiphon.voices import archive, carrying
from antiphon.voices.enrolled import Enrolled, Kept
from tests.voices.keeping import a_profile, a_recording, keeping

ONE, TWO = a_recording(1, "Good morning."), a_recording(2)
MOODS = {"neutral": ONE, "happy": TWO}


def packed(recordings: Mapping[str, Recording] = MOODS) -> bytes:
    """The file of a voice of these moods."""
    moods = {mood: each.digest for mood, each in recordings.items()}
    kept = {each.digest: Kept(each.digest, 0.1, True) for each in recordings.values()}
    voice = Voice("安娜", "calm", owner="local", recordings=moods, consent="true")
    one = Enrolled("voice_1", 1.0, False, voice, kept)
    return archive.pack(one, {each.digest: each for each in recordings.values()})


def members(data: bytes) -> dict[str, bytes]:
    """What is in a file."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def zipped(contents: Mapping[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A file of these members."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", kind) as made:
        for name, data in contents.items():
            made.writestr(name, data)
    return written.getvalue()


def with_manifest(**changes: Any) -> bytes:
    """The voice with other things said in its manifest."""
    contents = members(packed())
    told = json.loads(contents[archive.MANIFEST]) | changes
    return zipped(contents | {archive.MANIFEST: json.dumps(told).encode()})


def test_a_voice_comes_out_as_it_went_in() -> None:
    """Name, description, consent, moods, every sample and every word; twice the same bytes."""
    manifest, recordings = archive.unpack(packed())
    assert (manifest.name, manifest.description, manifest.consent) == ("安娜", "calm", "true")
    assert recordings == MOODS
    assert packed() == packed()


@pytest.mark.anyio
async def test_a_voice_is_the_same_elsewhere(tmp_path: Path) -> None:
    """Exported here and imported there, each recording has its digest."""
    here, there = (f"sqlite:///{tmp_path / name}.db" for name in ("here", "there"))
    async with (
        keeping(here, tmp_path / "here") as home,
        keeping(there, tmp_path / "there") as abroad,
    ):
        one = await home.library.enrol(a_profile(), MOODS)
        _, data = await carrying.export(home.library, "local", "anna")
        bundle = await carrying.opened(data)
        two = await carrying.enrol(abroad.library, "bob", bundle)
        assert (two.voice.name, two.owner, two.voice.consent) == ("anna", "bob", "true")
        assert two.voice.recordings == one.voice.recordings
        assert await abroad.library.recording(ONE.digest) == ONE
        with pytest.raises(VoiceExists):
            await carrying.enrol(abroad.library, "bob", bundle)
        again = await carrying.enrol(abroad.library, "bob", bundle, "berta")
        assert again.voice.name == "berta"


def a_bomb() -> bytes:
    """A member that grows a thousandfold."""
    contents = members(packed())
    name = archive.audio_name(ONE.digest)
    return zipped(contents | {name: bytes(200_000_000)})


def a_liar() -> bytes:
    """A bomb whose directory says that it is small."""
    name = archive.audio_name(ONE.digest)
    data = zipped(members(packed()) | {name: contents_of(8_000_000)})
    size = (8_000_000).to_bytes(4, "little")
    return data.replace(size, (1_000).to_bytes(4, "little"))


def contents_of(size: int) -> bytes:
    """So many zeroes."""
    return bytes(size)


def another_recording() -> bytes:
    """Audio that is not what its name says."""
    contents = members(packed())
    one, two = archive.audio_name(ONE.digest), archive.audio_name(TWO.digest)
    return zipped(contents | {one: contents[two]})


def encrypted() -> bytes:
    """The flag that says that a password is needed."""
    data = bytearray(packed())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 1)
    return bytes(data)


def damaged() -> bytes:
    """A byte of the audio is another."""
    data = bytearray(packed())
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no zip": lambda: b"\x7fELF" + bytes(100),
    "half a zip": lambda: packed()[: len(packed()) // 2],
    "no manifest": lambda: zipped({"a": b"b"}),
    "a manifest that is no JSON": lambda: zipped(members(packed()) | {"manifest.json": b"{"}),
    "a manifest of another format": lambda: with_manifest(format="zip"),
    "a manifest of a later version": lambda: with_manifest(version=2),
    "a field that is not known": lambda: with_manifest(code="import os"),
    "a name that cannot be": lambda: with_manifest(name="../../etc"),
    "no consent": lambda: with_manifest(consent="false"),
    "no moods": lambda: with_manifest(moods={}),
    "a mood without a recording": lambda: with_manifest(moods={"neutral": "0" * 64}),
    "a mood that is no word": lambda: with_manifest(moods={"A B": ONE.digest, "c": TWO.digest}),
    "another transcript": lambda: with_manifest(
        recordings={ONE.digest: {"transcript": "Send money."}, TWO.digest: {"transcript": ""}}
    ),
    "a path that climbs": lambda: zipped(members(packed()) | {"../../evil.wav": b"x"}),
    "a member too many": lambda: zipped(members(packed()) | {"notes.txt": b"x"}),
    "hundreds of members": lambda: zipped({f"{n}": b"" for n in range(500)}),
    "audio that is no WAV": lambda: zipped(
        members(packed()) | {archive.audio_name(ONE.digest): b"ID3"}
    ),
    "another recording": another_recording,
    "packed in another way": lambda: zipped(members(packed()), zipfile.ZIP_LZMA),
    "encrypted": encrypted,
    "damaged": damaged,
    "a bomb": a_bomb,
    "a bomb that lies": a_liar,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_voice_is_refused(kind: str) -> None:
    """With what is wrong, and where a right one comes from."""
    with pytest.raises(BadArchive, match="antiphon voice export"):
        archive.unpack(HOSTILE[kind]())
