"""Dictionaries in a database: versions, limits, other processes, and a database that is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from antiphon.accounts.dictionaries import Dictionaries
from antiphon.errors import InvalidRequest, StorageAway, UnknownDictionary
from antiphon.storage.changes import Changes
from antiphon.storage.database import Database
from antiphon.text.dictionaries import Dictionary
from antiphon.text.dictionary_store import (
    MOST_DICTIONARIES,
    MOST_VERSIONS,
    DictionaryStore,
    KeptDictionary,
    MemoryDictionaries,
    attached,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DictionaryStore]:
    """Each of the two ways to keep dictionaries."""
    if request.param == "memory":
        yield MemoryDictionaries()
        return
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    yield Dictionaries(database, Changes(database))
    await database.aclose()


def kept(name: str, said: str = "x", **fields: object) -> KeptDictionary:
    """A dictionary of one word, the owner's `me`."""
    one = KeptDictionary(f"dict_{name}", "me", Dictionary(name, (("word", said),)), 1.0, 1.0)
    return replace(one, **fields)  # type: ignore[arg-type]


async def test_what_is_put_is_found(store: DictionaryStore) -> None:
    """By id and by name, by its owner alone."""
    put = await store.put(kept("one", everywhere=True, voices=("alto",)))
    assert put.versions == (put.dictionary.version,)
    assert await store.get("me", "one") == await store.get("me", "dict_one") == put
    assert await store.list("me") == (put,)
    assert await store.list("you") == ()
    with pytest.raises(UnknownDictionary):
        await store.get("you", "dict_one")
    with pytest.raises(UnknownDictionary):
        await store.delete("you", "one", 2.0)


async def test_old_versions_are_kept_up_to_a_number(store: DictionaryStore) -> None:
    """The oldest are forgotten; one that is put again is the newest again."""
    for number in range(MOST_VERSIONS + 3):
        put = await store.put(kept("one", f"x{number}"))
    assert len(put.versions) == MOST_VERSIONS
    oldest = put.versions[0]
    old = await store.get("me", "one", oldest)
    assert old.dictionary.rows == (("word", "x3"),)
    again = await store.put(replace(put, dictionary=old.dictionary))
    assert again.versions[-1] == again.dictionary.version == oldest
    with pytest.raises(UnknownDictionary, match="version nothing"):
        await store.get("me", "one", "nothing")


async def test_a_change_is_made_of_what_is_there(store: DictionaryStore) -> None:
    """It is refused where there is nothing, and whatever the edit refuses is told."""
    put = await store.put(kept("one"))
    changed = await store.change("me", "one", lambda now: _with(now, "more"))
    assert changed.dictionary.rows == (("word", "x"), ("more", "y"))
    assert changed.versions == (put.dictionary.version, changed.dictionary.version)
    for owner in ("me", "you"):
        with pytest.raises(UnknownDictionary):
            await store.change(owner, "two", lambda now: now)

    def refusing(_: KeptDictionary) -> KeptDictionary:
        raise InvalidRequest("no")

    with pytest.raises(InvalidRequest, match="no"):
        await store.change("me", "one", refusing)
    assert await store.list("me") == (changed,)


async def test_changes_at_once_are_all_kept(database_url: str) -> None:
    """However many processes make them."""
    pools = [Database(database_url) for _ in range(2)]
    stores = [Dictionaries(each, Changes(each)) for each in pools]
    await stores[0].put(kept("one"))
    async with anyio.create_task_group() as group:
        for number in range(8):
            edit = partial(_with, word=f"w{number}")
            group.start_soon(stores[number % 2].change, "me", "one", edit)
    found = await Dictionaries(pools[0], Changes(pools[0])).get("me", "one")
    assert {word for word, _ in found.dictionary.rows} == {"word", *(f"w{n}" for n in range(8))}
    for each in pools:
        await each.aclose()


def _with(now: KeptDictionary, word: str) -> KeptDictionary:
    return replace(now, dictionary=now.dictionary.edited([(word, "y")]))


async def test_an_owner_has_only_so_many(store: DictionaryStore) -> None:
    """Dictionaries, and words in all of them; a name is taken once."""
    for number in range(MOST_DICTIONARIES):
        await store.put(kept(f"d{number}"))
    with pytest.raises(InvalidRequest, match="are the most"):
        await store.put(kept("more"))
    with pytest.raises(InvalidRequest, match="named 'd1'"):
        await store.put(kept("d1", id="dict_other"))
    await store.delete("me", "d0", 2.0)
    large = Dictionary("large", tuple((f"w{n}", "x") for n in range(50_000)))
    with pytest.raises(InvalidRequest, match="words in all"):
        await store.put(kept("large", dictionary=large))


async def test_a_voice_s_own_dictionaries_come_first(store: DictionaryStore) -> None:
    """Then those that are attached to everything; others not at all."""
    await store.put(kept("all", everywhere=True))
    await store.put(kept("alto", voices=("alto",)))
    await store.put(kept("none"))
    names = [each.name for each in await attached(store, "me", ("alto",))]
    assert names == ["alto", "all"]
    assert [each.name for each in await attached(store, "me", ("bass",))] == ["all"]


async def test_another_process_is_noticed(tmp_path: Path) -> None:
    """What it puts or deletes is seen with the next look at the changes."""
    one, two = (Database(f"sqlite:///{tmp_path / 'a.db'}") for _ in range(2))
    theirs, changes = Dictionaries(one, Changes(one)), Changes(two)
    ours = Dictionaries(two, changes)
    assert await ours.list("me") == ()
    await changes.look()
    put = await theirs.put(kept("one"))
    assert await ours.list("me") == ()  # remembered, until the change is heard
    await changes.look()
    assert await ours.list("me") == (put,)
    await theirs.delete("me", "one", 2.0)
    await changes.look()
    assert await ours.list("me") == ()
    await one.aclose()
    await two.aclose()


async def test_whoever_asks_during_a_look_hears_what_it_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that was told is heard by all who ask after it, also while it is being read."""
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    store, read = Dictionaries(database, Changes(database)), database.read
    reads = list[object]()
    await store.put(kept("one"))
    assert len(await store.list("me")) == 1

    async def slow(work: Any) -> Any:
        reads.append(work)
        await anyio.wait_all_tasks_blocked()
        return await read(work)

    monkeypatch.setattr(database, "read", slow)
    await store.put(kept("two"))
    found = list[int]()

    async def ask() -> None:
        found.append(len(await store.list("me")))

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(ask)
    assert (found, len(reads)) == ([2] * 5, 1)
    await database.aclose()


@pytest.mark.parametrize("known", [True, False])
async def test_a_change_during_a_look_is_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """What was read before it is not remembered as the newest."""
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    changes = Changes(database)
    store, other = Dictionaries(database, changes), Dictionaries(database, changes)
    await other.put(kept("one"))
    if known:
        await store.list("me")
        changes.tell("dictionary", "me")
    await changes.begin()
    read = database.read

    async def overtaken(work: Any) -> Any:
        monkeypatch.setattr(database, "read", read)
        found = await read(work)
        await other.put(kept("two"))
        return found

    monkeypatch.setattr(database, "read", overtaken)
    assert len(await store.list("me")) == 1
    assert len(await store.list("me")) == 2
    await database.aclose()


async def test_what_is_known_outlives_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A remembered owner's dictionaries are still there; a stranger's cannot be told."""
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    changes = Changes(database)
    store = Dictionaries(database, changes)
    put = await store.put(kept("one"))
    assert await store.list("me") == (put,)

    async def away(_: object) -> None:
        raise StorageAway("the database")

    monkeypatch.setattr(database, "read", away)
    changes.tell("dictionary", "me")
    assert await store.list("me") == (put,)
    with pytest.raises(StorageAway):
        await store.list("you")
    await database.aclose()
