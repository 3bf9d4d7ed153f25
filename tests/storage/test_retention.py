"""What must go goes in the end, whatever happens on the way."""

from __future__ import annotations

import os
import time
from pathlib import Path

import anyio
import pytest

from antiphon.errors import StorageAway
from antiphon.storage import erasing, retention
from antiphon.storage.objects import HALF_WRITTEN_S
from tests.voices.keeping import keeping

pytestmark = pytest.mark.anyio


async def test_the_sweep_goes_on_whatever_goes_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that breaks in a way that nobody foresaw ends nothing but one round."""
    monkeypatch.setattr(retention, "SWEEP_S", 0.0)
    async with keeping(f"sqlite:///{tmp_path / 'a.db'}", tmp_path) as kept:
        await kept.objects.put("recordings/x", b"sound")
        await kept.database.write(lambda c: erasing.erase(c, ["recordings/x"], 1.0))
        erase, failures = kept.objects.erase, [ValueError("odd"), StorageAway("it")]

        async def failing(name: str) -> None:
            if failures:
                raise failures.pop()
            await erase(name)

        kept.objects.erase = failing  # type: ignore[method-assign]
        async with anyio.create_task_group() as group:
            group.start_soon(kept.library.retention.sweep)
            with anyio.fail_after(10):
                while await kept.objects.has("recordings/x"):
                    await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        assert not failures


async def test_one_process_erases_an_object(database_url: str, tmp_path: Path) -> None:
    """A claim is one process's until it gives up, or does not come back in time."""
    async with keeping(database_url, tmp_path) as kept:
        database = kept.database
        await database.write(lambda c: erasing.erase(c, ["x"], 1.0))

        async def claimed(now: float) -> bool:
            return await database.write(lambda c: erasing.claim(c, "x", now))

        assert not await claimed(0.5)
        assert await claimed(2.0)
        assert not await claimed(2.0)
        assert not await database.write(lambda c: erasing.provide(c, ["x"], 2.0, 9.0))
        await database.write(lambda c: erasing.give_up(c, "x"))
        assert await claimed(2.0)
        assert await claimed(3.0 + erasing.CLAIM_S)
        late = 9.0 + 2 * erasing.CLAIM_S
        assert await database.write(lambda c: erasing.provide(c, ["x"], late, late + 9))
        assert not await claimed(late)


async def test_what_was_half_written_is_cleared(tmp_path: Path) -> None:
    """A process that is killed leaves a file beside the one that it was to become."""
    async with keeping(f"sqlite:///{tmp_path / 'a.db'}", tmp_path) as kept:
        await kept.objects.put("consents/x", b"sound")
        old, new = (tmp_path / "objects" / "consents" / f"x#{number}" for number in (1, 2))
        for each in (old, new):
            each.write_bytes(b"half")
        long_ago = time.time() - 2 * HALF_WRITTEN_S
        os.utime(old, (long_ago, long_ago))
        await kept.objects.clear()
        assert (old.exists(), new.exists()) == (False, True)
        assert await kept.objects.get("consents/x") == b"sound"
