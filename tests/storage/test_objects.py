"""The object store, as a folder and as an S3 bucket."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from antiphon.errors import BadSetting, StorageAway
from antiphon.storage.objects import Objects
from tests.servers import s3

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["file", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Objects]:
    """An empty store of each kind."""
    with ExitStack() as servers:
        folder = tmp_path / "a folder"
        url = folder.as_uri() if request.param == "file" else servers.enter_context(s3(folder))
        yield Objects(url)


async def test_what_is_put_is_got(objects: Objects) -> None:
    """Byte for byte, a later one in the place of an earlier."""
    await objects.put("recordings/one", b"before")
    await objects.put("recordings/one", bytes(range(256)) * 4_000)
    assert await objects.get("recordings/one") == bytes(range(256)) * 4_000
    assert await objects.has("recordings/one")


async def test_what_is_not_there_is_none(objects: Objects) -> None:
    """And is erased without ado."""
    assert await objects.get("recordings/none") is None
    assert not await objects.has("recordings/none")
    await objects.erase("recordings/none")
    await objects.erase("recordings/")
    assert await objects.names("recordings/") == []


async def test_a_folder_is_erased_whole(objects: Objects) -> None:
    """A name that ends in a slash is everything in it, and nothing beside it."""
    for name in ("prepared/a/1", "prepared/a/2", "prepared/ab/1"):
        await objects.put(name, b"x")
    await objects.erase("prepared/a/")
    assert await objects.names("prepared/") == ["prepared/ab/1"]


async def test_a_store_that_is_away_is_told(unused_port: int, tmp_path: Path) -> None:
    """A server that nobody runs, and a folder that is a file."""
    away = Objects(
        f"s3://bucket?endpoint=http://127.0.0.1:{unused_port}&region=x&access_key_id=a"
        "&secret_access_key=b"
    )
    with pytest.raises(StorageAway):
        await away.get("x")
    store = Objects(tmp_path.as_uri())
    (tmp_path / "recordings").write_text("a file")
    with pytest.raises(StorageAway):
        await store.put("recordings/x", b"x")


@pytest.mark.parametrize("url", ["ftp://x", "/srv/objects", ""])
def test_an_address_that_is_not_known_is_a_bad_setting(url: str) -> None:
    """At the start, before anything is opened."""
    with pytest.raises(BadSetting, match="objects_url"):
        Objects(url)


async def test_an_option_that_no_store_has_is_a_bad_setting() -> None:
    """It is told when the store is opened, without what may be secret."""
    with pytest.raises(BadSetting, match="objects_url s3://bucket") as refused:
        await Objects("s3://bucket?unheard_of=1&secret_access_key=hush").get("x")
    assert "hush" not in str(refused.value)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
async def test_a_folder_of_objects_is_for_its_user_alone(tmp_path: Path) -> None:
    """Whatever is in it; one that was there keeps its mode."""
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    for folder in (tmp_path / "data" / "objects", there):
        await Objects(folder.as_uri()).put("recordings/one", b"1")
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "data", tmp_path / "data/objects")]
    assert modes == [0o700, 0o700]
    assert there.stat().st_mode & 0o777 == 0o755
