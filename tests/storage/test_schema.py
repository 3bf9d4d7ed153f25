"""The migrations: they lead to the tables that the code knows, once, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from antiphon.errors import BadSetting
from antiphon.storage import schema
from antiphon.storage.database import Database
from antiphon.storage.tables import METADATA

pytestmark = pytest.mark.anyio
VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"


def revisions() -> Iterator[str]:
    """The number of every step, by the names of their files."""
    for path in VERSIONS.glob("v*.py"):
        yield path.name[1:5]


async def test_the_steps_lead_to_the_tables_of_the_code(database_url: str) -> None:
    """Made at once or step by step, Alembic finds nothing to change; SQLite and Postgres alike."""
    database = Database(database_url)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    def step_by_step(connection: Connection) -> None:
        METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        assert not inspect(connection).get_table_names()
        schema.upgrade(connection)

    assert await database.read(differences) == []
    await database.write(step_by_step)
    assert await database.read(differences) == []
    assert await database.read(schema.version) == schema.NEWEST
    await database.aclose()


def test_the_newest_step_is_the_one_that_is_looked_for() -> None:
    """The number in the code is that of the last file."""
    assert max(revisions()) == schema.NEWEST


async def test_processes_that_start_at_once_take_the_steps_once(database_url: str) -> None:
    """Each opens the same empty database; one takes the steps, the others find them taken."""
    pools = [Database(database_url) for _ in range(3)]
    async with anyio.create_task_group() as group:
        for pool in pools:
            group.start_soon(pool.read, schema.version)
    assert await pools[0].read(schema.version) == schema.NEWEST
    for pool in pools:
        await pool.aclose()


async def test_two_databases_opened_at_once_are_not_mixed_up(tmp_path: Path) -> None:
    """Each gets its own tables, although Alembic knows one connection in a process."""
    urls = [f"sqlite:///{tmp_path / name}" for name in ("a.db", "b.db", "c.db", "d.db")]
    pools = [Database(url) for url in urls]
    async with anyio.create_task_group() as group:
        for pool in pools:
            group.start_soon(pool.read, schema.version)
    for pool in pools:
        names = await pool.read(lambda connection: inspect(connection).get_table_names())
        assert set(names) > set(METADATA.tables)
        await pool.aclose()


async def test_a_newer_database_is_left_alone(database_url: str) -> None:
    """An older program says so instead of working on what it does not know."""
    first = Database(database_url)
    await first.write(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num='9999'"))
    )
    await first.aclose()
    with pytest.raises(BadSetting, match="version 9999"):
        await Database(database_url).read(schema.version)


async def test_what_is_erased_is_not_left_in_free_pages(tmp_path: Path) -> None:
    """SQLite writes over what it deletes."""
    database = Database(f"sqlite:///{tmp_path / 'antiphon.db'}")

    def pragma(connection: Connection) -> object:
        return connection.exec_driver_sql("PRAGMA secure_delete").scalar()

    assert await database.read(pragma) == 1
    await database.aclose()


async def test_steps_can_be_taken_back(database_url: str) -> None:
    """The first one leaves no table of ours."""
    from alembic import command
    from alembic.config import Config

    database = Database(database_url)

    def back(connection: Connection) -> list[str]:
        config = Config()
        config.set_main_option("script_location", str(VERSIONS.parent))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return inspect(connection).get_table_names()

    left = await database.write(back)
    assert set(left) <= {"alembic_version", "sqlite_sequence"}
    await database.aclose()
