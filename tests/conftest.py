"""What every test shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import fresh_database, postgres

# Two threads of torch on two busy cores wait for one another longer than they compute; set before
# anything imports it, and inherited by the servers that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test keeps anything where the person who runs it keeps theirs."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("XDG_DATA_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One Postgres server for every test that asks for a database on it."""
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, in both columns."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rows' / 'antiphon.db'}"
    return fresh_database(request.getfixturevalue("postgres_server"))
