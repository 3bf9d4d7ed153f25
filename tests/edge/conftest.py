"""The server that the tests of the edge share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from antiphon.settings import Settings
from tests.edge.serving import Served, serving_in_thread


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """One server with the tone engine, which takes bodies of at most 1 MiB."""
    with serving_in_thread(Settings(engine="tone", max_body_bytes=1024 * 1024)) as server:
        yield server
