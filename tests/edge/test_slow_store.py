"""A store that does not answer in time is told as that, whatever was being changed in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from antiphon.voices import patience
from tests.edge.voicing import CONSENTS, VOICES, sample, voicing

pytestmark = pytest.mark.anyio


async def never(work: Any) -> None:
    """A write that does not end."""
    await anyio.sleep_forever()


async def test_a_store_that_is_slow_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every change is given up within the limit, and the caller is told to come back."""
    async with voicing(tmp_path) as at:
        await at.enrol()
        data = {"name": "Anna", "language": "en"}
        consent = await at.http.post(CONSENTS, data=data, files=sample(field="recording"))
        file = (await at.http.get(f"{VOICES}/anna/export")).content
        monkeypatch.setattr(patience, "STORE_S", 0.05)
        monkeypatch.setattr(at.served.house.memory.library._database, "write", never)
        answers = [
            await at.enrol("berta"),
            await at.http.post(
                f"{VOICES}/anna/recordings",
                data={"mood": "sad", "consent": "true"},
                files=sample(2),
            ),
            await at.http.post(f"{VOICES}/import", data={"name": "b"}, files={"file": file}),
            await at.http.delete(f"{VOICES}/anna"),
            await at.http.post(CONSENTS, data=data, files=sample(field="recording")),
            await at.http.delete(f"{CONSENTS}/{consent.json()['id']}"),
        ]
    told = {(each.status_code, each.json()["error"]["code"]) for each in answers}
    assert (len(answers), told) == (6, {(503, "storage_away")})
