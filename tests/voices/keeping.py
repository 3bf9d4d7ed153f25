"""A library of voices for tests, on any database, with a clock that a test sets."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from antiphon.speech import Recording
from antiphon.storage.changes import Changes
from antiphon.storage.database import Database
from antiphon.storage.objects import Objects
from antiphon.voices.consents import Consents
from antiphon.voices.enrolled import Profile
from antiphon.voices.library import Library


@dataclass(slots=True)
class Clock:
    """The time is what a test says."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything around one library."""

    library: Library
    consents: Consents
    changes: Changes
    database: Database
    objects: Objects
    clock: Clock


@asynccontextmanager
async def keeping(database_url: str, folder: Path) -> AsyncIterator[Kept]:
    """A library as one process has it; two of the same places are two processes."""
    database, objects = Database(database_url), Objects((folder / "objects").as_uri())
    changes, clock = Changes(database), Clock()
    library = Library(database, objects, changes, clock)
    consents = Consents(database, objects, library, clock)
    yield Kept(library, consents, changes, database, objects, clock)
    await database.aclose()


def a_recording(seed: int = 1, transcript: str = "", seconds: float = 0.1) -> Recording:
    """Noise, always the same for one seed."""
    noise = random.Random(seed).randbytes(2 * int(24_000 * seconds))  # noqa: S311
    return Recording(noise, 24_000, transcript)


def a_profile(name: str = "anna", owner: str = "local", **more: object) -> Profile:
    """A voice that may be used."""
    return Profile(owner, name, "true", **more)  # type: ignore[arg-type]
