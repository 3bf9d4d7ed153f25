"""Where pronunciation dictionaries are kept, each with its versions and what it is attached to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from antiphon.errors import InvalidRequest, UnknownDictionary
from antiphon.text.dictionaries import Dictionary

MOST_DICTIONARIES = 50  # of one owner
MOST_OWNED = 50_000  # words in all of them
MOST_VERSIONS = 20  # of one dictionary; the oldest are forgotten


@dataclass(frozen=True, slots=True)
class KeptDictionary:
    """A dictionary of an owner's; `versions` are all that are kept, the newest last.

    `everywhere` attaches it to whatever its owner has spoken, `voices` to those voices.
    """

    id: str
    owner: str
    dictionary: Dictionary
    created_at: float
    changed_at: float
    versions: tuple[str, ...] = ()
    everywhere: bool = False
    voices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its owner calls it."""
        return self.dictionary.name

    def speaks_for(self, voices: Collection[str]) -> bool:
        """Whether it counts for a voice of these names without being named."""
        return self.everywhere or self.belongs_to(voices)

    def belongs_to(self, voices: Collection[str]) -> bool:
        """Whether it is attached to that voice itself."""
        return not set(voices).isdisjoint(self.voices)


Edit = Callable[[KeptDictionary], KeptDictionary]  # the same dictionary, otherwise


class DictionaryStore(Protocol):
    """Keeps dictionaries by owner; nobody sees another's."""

    async def list(self, owner: str) -> tuple[KeptDictionary, ...]:
        """All of an owner's, the oldest first."""
        ...

    async def get(self, owner: str, name: str, version: str | None = None) -> KeptDictionary:
        """By id or by name, in its newest version or another; raises `UnknownDictionary`."""
        ...

    async def put(self, kept: KeptDictionary) -> KeptDictionary:
        """Keep a new one, or a new version of one; raises `InvalidRequest`."""
        ...

    async def change(self, owner: str, name: str, edit: Edit) -> KeptDictionary:
        """A new version, made of the newest by `edit` while nobody else changes it.

        Raises `UnknownDictionary`, or what `edit` does.
        """
        ...

    async def delete(self, owner: str, name: str, now: float) -> KeptDictionary:
        """Forget it with all its versions; raises `UnknownDictionary`."""
        ...


async def attached(
    store: DictionaryStore, owner: str, voices: Collection[str]
) -> tuple[Dictionary, ...]:
    """The dictionaries that count for a voice without being named: its own, then everywhere's."""
    speaking = [kept for kept in await store.list(owner) if kept.speaks_for(voices)]
    speaking.sort(key=lambda kept: not kept.belongs_to(voices))
    return tuple(kept.dictionary for kept in speaking)


@dataclass(slots=True)
class _Shelf:
    """One dictionary as it is, and its rows by version."""

    newest: KeptDictionary
    versions: dict[str, Dictionary] = field(default_factory=dict)


class MemoryDictionaries:
    """Kept as long as the process lives."""

    def __init__(self) -> None:
        self._shelves: dict[tuple[str, str], _Shelf] = {}

    async def list(self, owner: str) -> tuple[KeptDictionary, ...]:
        """All of an owner's, the oldest first."""
        return tuple(each.newest for (whose, _), each in self._shelves.items() if whose == owner)

    async def get(self, owner: str, name: str, version: str | None = None) -> KeptDictionary:
        """By id or by name, in its newest version or another; raises `UnknownDictionary`."""
        shelf = self._shelves[owner, one_of(await self.list(owner), name).id]
        if version is None:
            return shelf.newest
        if version not in shelf.versions:
            raise UnknownDictionary(f"{name}, version {version}", shelf.versions)
        return replace(shelf.newest, dictionary=shelf.versions[version])

    async def put(self, kept: KeptDictionary) -> KeptDictionary:
        """Keep a new one, or a new version of one; raises `InvalidRequest`."""
        check_room(await self.list(kept.owner), kept)
        shelf = self._shelves.setdefault((kept.owner, kept.id), _Shelf(kept))
        version = kept.dictionary.version
        shelf.versions.pop(version, None)
        shelf.versions[version] = kept.dictionary
        for old in tuple(shelf.versions)[:-MOST_VERSIONS]:
            del shelf.versions[old]
        shelf.newest = replace(kept, versions=tuple(shelf.versions))
        return shelf.newest

    async def change(self, owner: str, name: str, edit: Edit) -> KeptDictionary:
        """A new version, made of the newest in one step; raises `UnknownDictionary`."""
        return await self.put(edit(one_of(await self.list(owner), name)))

    async def delete(self, owner: str, name: str, now: float) -> KeptDictionary:
        """Forget it with all its versions; raises `UnknownDictionary`."""
        kept = one_of(await self.list(owner), name)
        return self._shelves.pop((owner, kept.id)).newest


def one_of(own: Iterable[KeptDictionary], name: str) -> KeptDictionary:
    """The one of that id, else of that name; raises `UnknownDictionary`."""
    named = {each.name: each for each in own}
    found = {each.id: each for each in named.values()}.get(name) or named.get(name)
    if found is None:
        raise UnknownDictionary(name, named)
    return found


def check_room(others: Iterable[KeptDictionary], kept: KeptDictionary) -> None:
    """Raise `InvalidRequest` for a name that is taken, or one dictionary too many."""
    others = [each for each in others if each.id != kept.id]
    if any(each.name == kept.name for each in others):
        raise InvalidRequest(
            f"there is a dictionary named {kept.name[:80]!r}; change it with PUT or PATCH,"
            " or choose another name",
            "name",
        )
    if len(others) >= MOST_DICTIONARIES:
        raise InvalidRequest(f"{MOST_DICTIONARIES} dictionaries are the most; delete one", "name")
    if sum(len(each.dictionary.rows) for each in [*others, kept]) > MOST_OWNED:
        raise InvalidRequest(f"{MOST_OWNED} words in all are the most; delete some", "rules")
