"""The database, on SQLite and on Postgres: the same work, the same answers, the same errors."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import anyio
import pytest
from sqlalchemy import Connection, create_engine, insert, select

from antiphon.errors import BadSetting, InvalidRequest, StorageAway
from antiphon.storage import database as module
from antiphon.storage.database import Database
from antiphon.storage.owners import ensure_owner
from antiphon.storage.tables import OWNERS

pytestmark = pytest.mark.anyio


def owners(connection: Connection) -> list[str]:
    """Every owner's name."""
    return sorted(connection.execute(select(OWNERS.c.name)).scalars())


def adding(name: str) -> module.Work[None]:
    """The work of adding an owner."""
    return lambda connection: ensure_owner(connection, name, 1.0)


async def test_what_is_written_is_read(database_url: str) -> None:
    """By another connection pool, which finds the tables there."""
    first, second = Database(database_url), Database(database_url)
    await first.write(adding("anna"))
    assert await second.read(owners) == ["anna"]
    await first.aclose()
    await second.aclose()


async def test_work_that_fails_changes_nothing(database_url: str) -> None:
    """All of it is taken back, and the error is the work's own."""
    database = Database(database_url)

    def half(connection: Connection) -> None:
        ensure_owner(connection, "anna", 1.0)
        raise LookupError("enough")

    with pytest.raises(LookupError):
        await database.write(half)
    assert await database.read(owners) == []
    await database.aclose()


async def test_work_that_collides_is_done_again(database_url: str) -> None:
    """A bounded number of times, each on the rows as they are then."""
    database = Database(database_url)
    await database.write(adding("anna"))
    tried = list[int]()

    def insisting(connection: Connection, until: int) -> None:
        tried.append(len(tried))
        if len(tried) < until:
            connection.execute(insert(OWNERS).values(name="anna", created_at=2.0))

    await database.write(lambda connection: insisting(connection, 3))
    assert len(tried) == 3
    with pytest.raises(StorageAway):
        await database.write(lambda connection: insisting(connection, 100))
    assert await database.read(owners) == ["anna"]
    await database.aclose()


async def test_many_may_be_the_first_of_an_owner(database_url: str) -> None:
    """Two pools make sure of the same owner at once, and both find it made."""
    pools = [Database(database_url), Database(database_url)]
    async with anyio.create_task_group() as group:
        for number in range(40):
            group.start_soon(pools[number % 2].write, adding("anna"))
    assert await pools[0].read(owners) == ["anna"]
    for pool in pools:
        await pool.aclose()


async def test_many_writers_wait_for_each_other(database_url: str) -> None:
    """Two pools write at once, reading before they write, and nobody is refused."""
    pools = [Database(database_url), Database(database_url)]
    async with anyio.create_task_group() as group:
        for number in range(40):
            group.start_soon(pools[number % 2].write, adding(f"owner {number:02}"))
    assert len(await pools[0].read(owners)) == 40
    for pool in pools:
        await pool.aclose()


async def test_a_database_that_is_away_is_told_and_then_costs_no_wait(tmp_path: Path) -> None:
    """The first caller finds out; for a moment the next ones are told without asking."""
    (tmp_path / "antiphon.db").mkdir()  # nothing that can be opened as a file
    database = Database(f"sqlite:///{tmp_path / 'antiphon.db'}")
    with pytest.raises(StorageAway):
        await database.read(owners)
    (tmp_path / "antiphon.db").rmdir()
    with pytest.raises(StorageAway):
        await database.read(owners)
    database._away_until = {False: 0.0, True: 0.0}  # the moment has passed
    assert await database.read(owners) == []
    await database.aclose()


async def test_a_file_that_is_no_database_is_away(tmp_path: Path) -> None:
    """Speech goes on without it, and the log says what is wrong."""
    (tmp_path / "antiphon.db").write_bytes(b"not a database" * 1_000)
    with pytest.raises(StorageAway):
        await Database(f"sqlite:///{tmp_path / 'antiphon.db'}").read(owners)


async def test_a_server_that_is_not_there_is_away(unused_port: int) -> None:
    """A Postgres that nobody runs is told within its deadline."""
    database = Database(f"postgresql://nobody@127.0.0.1:{unused_port}/nothing")
    with anyio.fail_after(10), pytest.raises(StorageAway):
        await database.read(owners)


async def test_a_writer_that_holds_on_is_waited_for_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's lock is waited for within the limit, and then the database is away."""
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)
    url = f"sqlite:///{tmp_path / 'antiphon.db'}"
    database, release = Database(url), threading.Event()
    await database.read(owners)
    engine = create_engine(url, isolation_level=None)
    with engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(StorageAway):
            await database.write(adding("anna"))
        release.set()
    engine.dispose()
    await database.aclose()


@pytest.mark.parametrize("url", ["mysql://x", "nothing", "postgresql+asyncpg://x", "sqlite:"])
def test_an_address_that_is_not_known_is_a_bad_setting(url: str) -> None:
    """At the start, before anything is opened; what may be secret is not repeated."""
    with pytest.raises(BadSetting, match="database_url"):
        Database(url)


async def test_a_folder_that_cannot_be_made_is_a_bad_setting(tmp_path: Path) -> None:
    """The operator can mend it."""
    (tmp_path / "file").write_text("")
    database = Database(f"sqlite:///{tmp_path / 'file' / 'antiphon.db'}")
    with pytest.raises(BadSetting, match="cannot be made"):
        await database.read(owners)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
async def test_rows_are_for_their_user_alone(tmp_path: Path) -> None:
    """The folders that are made, the database and what lies beside it."""
    database = Database(f"sqlite:///{tmp_path / 'a' / 'b' / 'antiphon.db'}")
    await database.write(adding("anna"))
    found = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "a").rglob("*")}
    await database.aclose()
    assert (tmp_path / "a").stat().st_mode & 0o777 == found.pop("b") == 0o700
    assert {"antiphon.db", "antiphon.db-wal"} <= found.keys()
    assert set(found.values()) == {0o600}


def test_alembic_is_not_loaded_where_no_step_is_missing(tmp_path: Path) -> None:
    """A new database and one that is up to date need none of it."""
    program = (
        "import sys, anyio\n"
        "from antiphon.storage.database import Database\n"
        "async def main():\n"
        "    database = Database(sys.argv[1])\n"
        "    await database.read(lambda connection: None)\n"
        "    await database.aclose()\n"
        "anyio.run(main)\n"
        "print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path / 'antiphon.db'}"]
    told = [subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)]
    assert told == [b"False\n", b"False\n"]


async def test_a_value_that_cannot_be_kept_is_the_callers_mistake(database_url: str) -> None:
    """And does not take the database away from everybody else."""
    database = Database(database_url)

    def looking(connection: Connection, name: str) -> object:
        return connection.execute(select(OWNERS).where(OWNERS.c.name == name)).all()

    for name in ("a\0b", "\ud800"):
        with suppress(InvalidRequest):  # SQLite takes a NUL
            assert await database.read(partial(looking, name=name)) == []
        assert await database.read(owners) == []
    await database.aclose()


async def test_a_database_that_cannot_be_written_can_be_read(tmp_path: Path) -> None:
    """Such as one on a full disk."""
    database = Database(f"sqlite:///{tmp_path / 'antiphon.db'}")
    await database.write(adding("anna"))

    def full(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
        connection.exec_driver_sql("CREATE TABLE more AS SELECT randomblob(1000000) AS x")

    with pytest.raises(StorageAway):
        await database.write(full)
    assert await database.read(owners) == ["anna"]
    await database.aclose()
