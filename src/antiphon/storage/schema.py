"""Brings a database to the tables that this version knows.

A new database gets the tables of the code as they are; Alembic, which takes as long to import as
the rest of the service, is loaded only where an older one misses a step.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, table
from sqlalchemy import column as named

from antiphon.errors import BadSetting

NEWEST = "0003"
LOCK = 0x616E7469  # any number, the same for every process of ours
# Alembic knows one connection at a time in a process; two databases opened at once would share it.
ONE_AT_A_TIME = threading.Lock()
logger = logging.getLogger(__name__)


def version(connection: Connection) -> str | None:
    """The step that the database has taken last; None where it has taken none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    taken = table("alembic_version", named("version_num"))
    found: str | None = connection.execute(select(taken.c.version_num)).scalar()
    return found


def bring_up(connection: Connection) -> None:
    """Take the missing steps, one process at a time; raises `BadSetting` for a newer database."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    found = version(connection)
    if found == NEWEST:
        return
    if found is not None and found > NEWEST:
        raise BadSetting(
            f"the database is of version {found} and this program knows {NEWEST};"
            " run the newer program, or choose another database"
        )
    if found is None:
        make(connection)
    else:
        logger.info("the database goes from version %s to %s", found, NEWEST)
        with ONE_AT_A_TIME:
            upgrade(connection)


def make(connection: Connection) -> None:
    """All tables in an empty database, and the note that no step is missing."""
    from antiphon.storage.tables import METADATA

    METADATA.create_all(connection)
    taken = Table(
        "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True)
    )
    taken.create(connection)
    connection.execute(taken.insert().values(version_num=NEWEST))


def upgrade(connection: Connection) -> None:
    """Take every step that is missing."""
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
