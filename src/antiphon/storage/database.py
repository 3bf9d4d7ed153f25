"""Rows: one database, worked on in threads, each piece of work in one transaction.

Nothing is opened until it is needed; SQLAlchemy is imported in the thread that needs it first, so
that it stands nowhere near the start of the service.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

import anyio
import anyio.to_thread

from antiphon.errors import BadSetting, InvalidRequest, SpeechError, StorageAway
from antiphon.storage.folders import own_file, own_folder

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")
Work = Callable[["Connection"], T]

THREADS = 4
PATIENCE_S = 5.0  # for a thread, and for somebody else's write
CONNECT_S = 2
TRIES = 5
REST_S = 2.0  # after a failure, before the database is tried again
COLLIDED = ("40001", "40P01")  # Postgres: not serializable, deadlock
SCHEME = re.compile(r"^(sqlite|postgres(?:ql)?(?:\+psycopg)?)://")
logger = logging.getLogger(__name__)


class _CollisionError(Exception):
    """Somebody else's work came between: a row is there by now, or is gone."""


class Database:
    """Work is given as a function of a connection; its rows are its return value."""

    def __init__(self, url: str) -> None:
        found = SCHEME.match(url)
        if found is None:
            raise BadSetting(
                f"database_url {url.partition('://')[0]!r} is not known;"
                " it begins with sqlite:// or postgresql://"
            )
        self._sqlite = found[1] == "sqlite"
        self._url = url if self._sqlite else SCHEME.sub("postgresql+psycopg://", url)
        self._engine: Engine | None = None
        self._opening = anyio.Lock()
        self._threads = anyio.CapacityLimiter(THREADS)
        self._away_until = {False: 0.0, True: 0.0}  # for reads, for writes

    async def read(self, work: Work[T]) -> T:
        """What the work returns; raises `StorageAway`."""
        return await self._run(work, write=False)

    async def write(self, work: Work[T]) -> T:
        """The same for work that changes rows.

        Work that collides with somebody else's is done again on what they left: whatever may be
        there once only, or must be there, the work looks at itself.
        """
        for _ in range(TRIES):
            with suppress(_CollisionError):
                return await self._run(work, write=True)
        logger.warning("the database: others changed the same rows %d times", TRIES)
        raise StorageAway("the database")

    async def scrub(self) -> None:
        """Leave nothing of what was erased in SQLite's log, unless somebody is reading it now."""
        if self._sqlite and self._engine is not None:
            await anyio.to_thread.run_sync(
                _scrub, self._engine, limiter=self._threads, abandon_on_cancel=True
            )

    async def aclose(self) -> None:
        """Close every connection."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await anyio.to_thread.run_sync(engine.dispose)

    async def _run(self, work: Work[T], *, write: bool) -> T:
        """A database that is away costs one caller a wait, and the next ones none.

        One that only cannot be written, since its disk is full, is read as ever.
        """
        if anyio.current_time() < self._away_until[write]:
            raise StorageAway("the database")
        with anyio.move_on_after(2 * PATIENCE_S):
            try:
                engine = self._engine or await self._open()
                return await anyio.to_thread.run_sync(
                    _transacted, engine, work, write, limiter=self._threads, abandon_on_cancel=True
                )
            except StorageAway:
                self._rest(write)
                raise
        self._rest(write)
        raise StorageAway("the database")

    def _rest(self, write: bool) -> None:
        until = anyio.current_time() + REST_S
        self._away_until |= {True: until} if write else {True: until, False: until}

    async def _open(self) -> Engine:
        async with self._opening:
            if self._engine is None:
                self._engine = await anyio.to_thread.run_sync(
                    opened, self._url, self._sqlite, limiter=self._threads
                )
            return self._engine


def opened(url: str, sqlite: bool) -> Engine:
    """An engine whose database has every table; raises `BadSetting` or `StorageAway`."""
    from antiphon.storage import schema

    engine = _sqlite(url) if sqlite else _postgres(url)
    try:
        if _transacted(engine, schema.version, write=False) != schema.NEWEST:
            _transacted(engine, schema.bring_up, write=True)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _sqlite(url: str) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import make_url

    where = make_url(url)
    path = unquote(url.removeprefix("sqlite://").partition("?")[0][1:])  # not all versions do
    if path and path != ":memory:" and not path.startswith("file:"):
        where = where.set(database=path)
        try:
            own_folder(Path(path).parent)
        except OSError as error:
            raise BadSetting(f"the database {path} cannot be made: {error.strerror}") from error
        own_file(Path(path))
    engine = create_engine(where, connect_args={"timeout": PATIENCE_S}, pool_size=THREADS)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions are begun by `begin` below
        _write_ahead(connection)
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA secure_delete=ON")  # what is erased is not left in free pages

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A write takes its lock first: one that finds out later cannot wait for its turn.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(connection: Any) -> None:
    """Keep a log beside the file (WAL), which the file remembers.

    Unlike other work, changing to it does not wait for those who use the file just now.
    """
    from sqlite3 import OperationalError

    give_up_s = time.monotonic() + PATIENCE_S
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except OperationalError:
            if time.monotonic() > give_up_s:
                raise
            time.sleep(0.01)
        else:
            return  # a database in memory has no log, and says so


def _postgres(url: str) -> Engine:
    from sqlalchemy import create_engine

    try:
        return create_engine(
            url,
            pool_size=THREADS,
            pool_pre_ping=True,
            pool_timeout=PATIENCE_S,
            connect_args={"connect_timeout": CONNECT_S},
        )
    except ImportError as error:
        raise BadSetting(
            "a postgresql:// database_url needs `pip install 'antiphon[postgres]'`"
        ) from error


def _scrub(engine: Engine) -> None:
    from sqlite3 import OperationalError

    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError as error:
        logger.info("the log is not emptied yet: %s", error)
    finally:
        connection.close()


def _transacted(engine: Engine, work: Work[T], write: bool) -> T:
    from sqlalchemy import exc

    try:
        with engine.connect().execution_options(writes=write) as connection, connection.begin():
            return work(connection)
    except exc.IntegrityError as error:
        raise _CollisionError from error
    except SpeechError:
        raise
    except (exc.DataError, UnicodeEncodeError, OverflowError) as error:
        logger.info("the database takes no such value: %s", str(error).partition("\n")[0])
        raise InvalidRequest(
            "a value is too long, too large, or holds a character that is none, such as NUL"
        ) from error
    except (exc.DBAPIError, exc.TimeoutError) as error:
        if getattr(getattr(error, "orig", None), "sqlstate", None) in COLLIDED:
            raise _CollisionError from error
        logger.warning("the database: %s", error)
        raise StorageAway("the database") from error
