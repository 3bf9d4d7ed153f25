"""A voice as one file: a zip of a manifest and WAV audio, the same anywhere to the sample."""

from __future__ import annotations

import io
import wave
import zipfile
import zlib
from collections.abc import Mapping
from typing import Annotated

import msgspec

from antiphon.claims import BadArchive
from antiphon.errors import Rejected
from antiphon.speech import Recording
from antiphon.voices.enrolled import Enrolled
from antiphon.voices.naming import check_mood, check_name, check_statement, check_text
from antiphon.voices.transcripts import LONGEST, cleaned

FORMAT, VERSION = "antiphon-voice", 1
MANIFEST = "manifest.json"
MOST_MOODS, MOST_MANIFEST_BYTES = 32, 256 * 1024
LONGEST_S = 60
LOWEST_RATE, HIGHEST_RATE = 8_000, 48_000
HEAD_BYTES = 4_096  # of a WAV file, generously
FIXED_TIME = (2026, 1, 1, 0, 0, 0)  # so that equal voices are equal files
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the audio of one recording cannot say of itself."""

    transcript: Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a voice is, beside its audio."""

    format: str
    version: int
    name: str
    description: str
    consent: str
    created_at: float
    moods: Annotated[dict[str, Digest], msgspec.Meta(min_length=1, max_length=MOST_MOODS)]
    recordings: Annotated[dict[Digest, Entry], msgspec.Meta(min_length=1, max_length=MOST_MOODS)]


def pack(one: Enrolled, recordings: Mapping[str, Recording]) -> bytes:
    """The file of a voice, whose recordings are given by digest."""
    manifest = Manifest(
        FORMAT,
        VERSION,
        one.voice.name,
        one.voice.description,
        one.voice.consent or "",
        one.created_at,
        dict(one.voice.recordings),
        {digest: Entry(each.transcript) for digest, each in recordings.items()},
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        for digest, recording in sorted(recordings.items()):
            _add(archive, audio_name(digest), _wav(recording))
    return packed.getvalue()


def unpack(data: bytes) -> tuple[Manifest, dict[str, Recording]]:
    """The voice in a file, its recordings by mood; raises `BadArchive` for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_size(archive)
            manifest = _manifest(archive)
            _check_names(archive, manifest)
            found = {
                digest: _recording(archive, digest, entry)
                for digest, entry in manifest.recordings.items()
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise BadArchive(f"the file is no zip archive that can be read: {error}"[:200]) from error
    except zlib.error as error:
        raise BadArchive("the file is damaged") from error
    return manifest, {mood: found[digest] for mood, digest in manifest.moods.items()}


def audio_name(digest: str) -> str:
    """Where the audio of a recording lies in the file."""
    return f"recordings/{digest}.wav"


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, FIXED_TIME)
    archive.writestr(entry, data, zipfile.ZIP_DEFLATED)


def _wav(recording: Recording) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(recording.rate)
        file.writeframes(recording.pcm)
    return written.getvalue()


def _check_size(archive: zipfile.ZipFile) -> None:
    """Before anything is unpacked: few members, none that grows beyond what audio can be."""
    members = archive.infolist()
    if len(members) > MOST_MOODS + 1:
        raise BadArchive(f"the file has {len(members)} members and a voice at most {MOST_MOODS}")
    largest = LONGEST_S * HIGHEST_RATE * 2 + HEAD_BYTES
    if any(each.file_size > largest for each in members):
        raise BadArchive(f"a member of the file is larger than {LONGEST_S} s of audio can be")


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        manifest = msgspec.json.decode(_read(archive, MANIFEST, MOST_MANIFEST_BYTES), type=Manifest)
        check_name(manifest.name)
        check_text(manifest.description, "description")
        check_statement(manifest.consent)
        as_kept = all(cleaned(e.transcript) == e.transcript for e in manifest.recordings.values())
        moods = {check_mood(mood): digest for mood, digest in manifest.moods.items()}
    except (msgspec.DecodeError, UnicodeError, Rejected) as error:
        raise BadArchive(f"its {MANIFEST} is wrong: {error}"[:300]) from error
    if manifest.format != FORMAT or manifest.version != VERSION:
        raise BadArchive(f"its format is not {FORMAT} {VERSION}")
    if not as_kept:
        raise BadArchive("a transcript in it is not as one is kept")
    if len(moods) != len(manifest.moods) or set(moods.values()) != set(manifest.recordings):
        raise BadArchive(f"the moods and the recordings of its {MANIFEST} do not match")
    return msgspec.structs.replace(manifest, moods=moods)


def _check_names(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    names = sorted(archive.namelist())
    if names != sorted([MANIFEST, *map(audio_name, manifest.recordings)]):
        raise BadArchive(f"its members are not those that its {MANIFEST} names")


def _recording(archive: zipfile.ZipFile, digest: str, entry: Entry) -> Recording:
    data = _read(archive, audio_name(digest), LONGEST_S * HIGHEST_RATE * 2 + HEAD_BYTES)
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, frames = file.getframerate(), file.getnframes()
            plain = (file.getnchannels(), file.getsampwidth()) == (1, 2)
            if not plain or not LOWEST_RATE <= rate <= HIGHEST_RATE or frames > LONGEST_S * rate:
                raise BadArchive("its audio is not mono, 16 bits, 8 to 48 kHz, at most 60 s")
            recording = Recording(file.readframes(frames), rate, entry.transcript)
    except (wave.Error, EOFError) as error:
        raise BadArchive(f"its audio is no WAV file: {error}") from error
    if recording.digest != digest:
        raise BadArchive("its audio or transcript is not what it says it is")
    return recording


def _read(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """A member of at most so many bytes, whatever the archive says of its size."""
    try:
        member = archive.getinfo(name)
    except KeyError as error:
        raise BadArchive(f"it has no {name}"[:100]) from error
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadArchive("it is packed in a way that is not read here")
    with archive.open(member) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise BadArchive(f"its {name} is larger than {limit} bytes")
    return data
