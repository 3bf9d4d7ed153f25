"""Keys: who is at the door, before and after the first key is made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from antiphon.accounts.keys import ANONYMOUS, LOCAL, LOOK_AGAIN_S, Keys, bearer, checked, digest
from antiphon.claims import InvalidKey, KeyRequired
from antiphon.errors import InvalidRequest, StorageAway
from antiphon.storage.changes import Changes
from antiphon.storage.database import Database
from antiphon.storage.tables import KEYS

pytestmark = pytest.mark.anyio


@dataclass(slots=True)
class Door:
    """One process's keys, on a clock that a test sets."""

    keys: Keys
    changes: Changes
    database: Database
    now: float = 1_800_000_000.0


def opened(url: str) -> Door:
    """A process that knows nothing yet."""
    database = Database(url)
    changes = Changes(database)
    door = Door(Keys(database, changes, lambda: door.now), changes, database)
    return door


@pytest.fixture
async def door(database_url: str) -> AsyncIterator[Door]:
    """A fresh installation, on both databases."""
    found = opened(database_url)
    yield found
    await found.database.aclose()


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Door]:
    """Another process of the same installation."""
    found = opened(database_url)
    yield found
    await found.database.aclose()


async def test_a_house_without_keys_is_open(door: Door) -> None:
    """Everybody is its owner, whatever key a client insists on sending."""
    for shown in (None, "", "Bearer none", "Bearer sk-123", "Basic x"):
        assert await door.keys.caller(shown) == LOCAL


async def test_from_the_first_key_on_it_is_closed(door: Door) -> None:
    """A key is its owner, none is a stranger, and a wrong one is refused."""
    assert await door.keys.caller(None) == LOCAL
    _, secret = await door.keys.create("anna")
    assert await door.keys.caller(f"Bearer {secret}") == "anna"
    assert await door.keys.caller(f"bearer  {secret} ") == "anna"
    assert await door.keys.caller(None) == ANONYMOUS
    for shown in ("Bearer none", f"Bearer {secret}x", f"Bearer {digest(secret)}"):
        with pytest.raises(InvalidKey):
            await door.keys.caller(shown)


async def test_a_revoked_key_opens_nothing(door: Door) -> None:
    """And the house stays closed, also when no key is left."""
    key, secret = await door.keys.create("anna")
    assert [one.id for one in await door.keys.revoke(key.id)] == [key.id]
    assert await door.keys.revoke(key.id) == []
    with pytest.raises(InvalidKey):
        await door.keys.caller(f"Bearer {secret}")
    assert await door.keys.caller(None) == ANONYMOUS
    (listed,) = await door.keys.listed()
    assert listed.revoked_at is not None


async def test_an_owner_may_have_several_keys(door: Door) -> None:
    """All are revoked by the owner's name."""
    made = [await door.keys.create("anna") for _ in range(2)]
    await door.keys.create("bob")
    assert {one.id for one in await door.keys.revoke("anna")} == {key.id for key, _ in made}
    assert [one.owner for one in await door.keys.listed() if one.revoked_at is None] == ["bob"]


async def test_only_a_digest_is_kept(door: Door) -> None:
    """The secret stands nowhere in the database."""
    _, secret = await door.keys.create("anna")
    rows = await door.database.read(lambda c: c.execute(select(KEYS)).all())
    assert secret.startswith("ak_")
    assert len(secret) > 40
    assert secret not in str(rows)
    assert rows[0].digest == digest(secret)


async def test_another_process_learns_of_keys(door: Door, other: Door) -> None:
    """Of a new one when it is shown, and of a revoked one at its next look."""
    _, first = await door.keys.create("anna")
    await other.changes.look()
    assert await other.keys.caller(f"Bearer {first}") == "anna"
    _, second = await door.keys.create("bob")
    other.now += LOOK_AGAIN_S
    assert await other.keys.caller(f"Bearer {second}") == "bob"
    await door.keys.revoke("anna")
    await other.changes.look()
    with pytest.raises(InvalidKey):
        await other.keys.caller(f"Bearer {first}")


async def test_a_house_that_was_open_closes_for_every_process(door: Door, other: Door) -> None:
    """At the next look after the first key was made."""
    await other.changes.look()
    assert await other.keys.caller(None) == LOCAL
    await door.keys.create("anna")
    await other.changes.look()
    assert await other.keys.caller(None) == ANONYMOUS


async def test_wrong_keys_do_not_ask_the_database_each_time(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a second at most, however many are shown."""
    await door.keys.create("anna")
    await door.changes.begin()
    asked = []
    read = door.database.read

    async def counted(work: object) -> object:
        asked.append(work)
        return await read(work)  # type: ignore[arg-type]

    monkeypatch.setattr(door.database, "read", counted)
    for _ in range(50):
        with pytest.raises(InvalidKey):
            await door.keys.caller("Bearer wrong")
    assert len(asked) == 1


async def test_known_keys_outlive_the_database(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when something has changed meanwhile; unknown ones are refused as before."""
    _, secret = await door.keys.create("anna")
    assert await door.keys.caller(f"Bearer {secret}") == "anna"

    async def away(work: object) -> None:
        raise StorageAway("the database")

    monkeypatch.setattr(door.database, "read", away)
    door.changes.tell("key", "something")
    assert await door.keys.caller(f"Bearer {secret}") == "anna"
    assert await door.keys.caller(None) == ANONYMOUS


async def test_before_any_key_was_read_a_key_has_to_wait(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away from the start makes nobody an owner."""

    async def away(work: object) -> None:
        raise StorageAway("the database")

    monkeypatch.setattr(door.database, "read", away)
    assert await door.keys.caller(None) == ANONYMOUS
    with pytest.raises(StorageAway):
        await door.keys.caller("Bearer ak_x")


@pytest.mark.parametrize("name", ["", " ", "a\n", "x" * 81, ANONYMOUS])
async def test_names_that_no_owner_has(door: Door, name: str) -> None:
    """Printable, of 1 to 80 characters, and not the stranger's."""
    with pytest.raises(InvalidRequest):
        await door.keys.create(name)


def test_what_is_a_bearer_token() -> None:
    """Whatever stands behind the word, in any case."""
    assert bearer("Bearer ak_1") == "ak_1"
    assert bearer("BEARER  ak_1 ") == "ak_1"
    assert {bearer(shown) for shown in (None, "", "Bearer", "ak_1", "Basic ak_1")} == {""}


def test_a_stranger_owns_nothing() -> None:
    """What needs an owner needs a key."""
    assert checked("anna") == "anna"
    with pytest.raises(KeyRequired):
        checked(ANONYMOUS)


async def test_a_key_that_is_made_while_the_service_starts_closes_the_door(
    database_url: str,
) -> None:
    """It is noticed, though the door was looked at before anybody watched for changes."""
    here, there = Database(database_url), Database(database_url)
    changes = Changes(here)
    keys = Keys(here, changes)
    assert await keys.caller(None) == LOCAL
    await Keys(there, Changes(there)).create("anna")
    await changes.look()  # the first one
    assert await keys.caller(None) == ANONYMOUS
    await here.aclose()
    await there.aclose()
