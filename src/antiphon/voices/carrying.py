"""Carries voices between libraries as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import anyio.to_thread

from antiphon.speech import Recording
from antiphon.voices import archive
from antiphon.voices.enrolled import Enrolled, Profile
from antiphon.voices.library import Library


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a file holds, checked: a voice that is nobody's yet."""

    name: str
    description: str
    consent: str
    recordings: Mapping[str, Recording]


async def export(library: Library, owner: str, name: str) -> tuple[Enrolled, bytes]:
    """One of the owner's voices, and its file; raises `VoiceNotFound` or `StorageAway`."""
    one = await library.own(owner, name)
    recordings = {digest: await library.recording(digest) for digest in one.kept}
    return one, await anyio.to_thread.run_sync(archive.pack, one, recordings)


async def opened(data: bytes) -> Bundle:
    """The voice in a file; raises `BadArchive`."""
    manifest, recordings = await anyio.to_thread.run_sync(archive.unpack, data)
    return Bundle(manifest.name, manifest.description, manifest.consent, recordings)


async def enrol(library: Library, owner: str, bundle: Bundle, name: str = "") -> Enrolled:
    """Enrol it, under another name where one is given; raises `VoiceExists` or `StorageAway`."""
    profile = Profile(owner, name or bundle.name, bundle.consent, bundle.description)
    return await library.enrol(profile, bundle.recordings)
