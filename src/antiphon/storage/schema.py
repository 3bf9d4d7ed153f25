"""Brings a database to the tables that this version knows.

Alembic, which takes as long to import as the rest of the service, is loaded only where a step is
missing.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, select, table
from sqlalchemy import column as named

from antiphon.errors import BadSetting

NEWEST = "0002"
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
    logging.getLogger("alembic").setLevel(logging.WARNING)
    tell = logger.debug if found is None else logger.info
    tell("the database goes from version %s to %s", found, NEWEST)
    with ONE_AT_A_TIME:
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
