"""Changes that other processes make are noticed, once."""

from __future__ import annotations

import pytest

from antiphon.storage.changes import BACK, KEPT_S, KEY, RECORDING, Changes, note
from antiphon.storage.database import Database

pytestmark = pytest.mark.anyio


async def noted(database: Database, *subjects: str, at: float = 1.0) -> None:
    """Changes as another process writes them down."""
    for subject in subjects:
        await database.write(lambda c, subject=subject: note(c, RECORDING, subject, at))


async def test_what_is_new_is_heard_once(database_url: str) -> None:
    """By kind; what was there before the first look is old."""
    database = Database(database_url)
    changes, heard = Changes(database), list[str]()
    changes.on(RECORDING, heard.append)
    changes.on(KEY, lambda subject: pytest.fail(subject))
    await noted(database, "before")
    await changes.look()
    await noted(database, "one", "two")
    await changes.look()
    await changes.look()
    assert heard == ["one", "two"]
    await noted(database, *(f"{number}" for number in range(2 * BACK)))
    await changes.look()
    assert heard[2:] == [f"{number}" for number in range(2 * BACK)]
    await database.aclose()


async def test_old_changes_are_dropped(database_url: str) -> None:
    """After a day nobody waits for them any more."""
    database = Database(database_url)
    await noted(database, "old", at=1.0)
    await noted(database, "new", at=2.0 + KEPT_S)
    changes, heard = Changes(database), list[str]()
    changes.on(RECORDING, heard.append)
    changes._seen = set()  # as if it had looked before either
    await changes.look()
    assert heard == ["new"]
    await database.aclose()


def test_ones_own_changes_are_heard_at_once() -> None:
    """Without a look at the database."""
    changes, heard = Changes(Database("sqlite:///never-opened.db")), list[str]()
    changes.on(RECORDING, heard.append)
    changes.tell(RECORDING, "one")
    changes.tell(KEY, "two")
    assert heard == ["one"]


async def test_ones_own_changes_are_not_heard_again(database_url: str) -> None:
    """What came anew since is not taken away by the note of an earlier erasure."""
    database = Database(database_url)
    changes, heard = Changes(database), list[str]()
    changes.on(RECORDING, heard.append)
    await changes.look()
    await noted(database, "mine", "theirs")
    changes.tell(RECORDING, "mine")
    await changes.look()
    assert heard == ["mine", "theirs"]
    await noted(database, "mine")  # by another process, later
    await changes.look()
    assert heard == ["mine", "theirs", "mine"]
    await database.aclose()
