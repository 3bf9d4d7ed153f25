"""`/v1/audio/pronunciation-dictionaries`: send, read, change, compare and remove dictionaries."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anyio
import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response

from antiphon.accounts.keys import checked
from antiphon.edge import multipart, strict_json
from antiphon.edge.asking import body, json, raw_body
from antiphon.edge.casting import find_cast
from antiphon.edge.dictionary_forms import (
    LONGEST_NAME,
    ChangedRule,
    DictionaryChanges,
    DictionaryEntry,
    DictionaryForm,
    DictionaryList,
    DictionaryRemoved,
    DictionaryRequest,
    DictionaryWhole,
    ExplainedWord,
    ExplainRequest,
    Explanation,
)
from antiphon.edge.house import House
from antiphon.edge.pronouncing import Rule, plain, sources
from antiphon.errors import InvalidRequest, UnknownVoice
from antiphon.text.check import check_characters
from antiphon.text.dictionaries import Dictionary, difference, explained
from antiphon.text.dictionary_files import Read, read_file, read_rules
from antiphon.text.dictionary_store import KeptDictionary
from antiphon.text.pronouncing import Pair
from antiphon.voices.naming import composed

LONGEST_EXPLAINED = 5_000
EXPLAINED_AT_ONCE = 2  # threads that the rest of the house has not
MOST_NOTES = 50
LONGEST_VOICES = 4_000  # bytes of JSON
Rows = tuple[Pair, ...]


class _Sent(msgspec.Struct, frozen=True):
    """What arrived, in whichever way."""

    asked: DictionaryRequest
    read: Read | None


class Dictionaries:
    """The endpoints; each sees its caller's dictionaries and nobody else's."""

    def __init__(self, house: House, clock: Callable[[], float] = time.time) -> None:
        self._house, self._clock = house, clock
        self._explaining = anyio.CapacityLimiter(EXPLAINED_AT_ONCE)

    async def create(self, request: Request) -> Response:
        """A new one from a file or from rules."""
        owner, sent = await self._sent(request)
        if sent.read is None:
            raise InvalidRequest("there are no rules; send a file, or rules as JSON", "rules")
        now = self._clock()
        dictionary = Dictionary(_named(sent.asked.name), sent.read.rows)
        new = KeptDictionary(_new_id(now), owner, dictionary, now, now)
        put = await self._house.dictionaries.put(_attached(new, sent.asked))
        return json(_whole(put, sent.read.notes))

    async def list(self, request: Request) -> Response:
        """The caller's, without their rules."""
        found = await self._house.dictionaries.list(await self._owner(request))
        return json(DictionaryList(tuple(_entry(kept) for kept in found)))

    async def show(self, request: Request) -> Response:
        """One, in its newest version or the one that the query names."""
        owner, name = await self._owner(request), request.path_params["name"]
        version = request.query_params.get("version")
        kept = await self._house.dictionaries.get(owner, name, version)
        return json(_whole(kept))

    async def replace(self, request: Request) -> Response:
        """Other rules in place of those it has."""
        owner, sent = await self._sent(request)
        if sent.read is None:
            raise InvalidRequest("there are no rules; PATCH changes a few things only", "rules")
        rows = sent.read.rows
        return await self._change(owner, request, sent, lambda _: rows)

    async def edit(self, request: Request) -> Response:
        """Some rules more, or fewer; another name; attached elsewhere."""
        owner, sent = await self._sent(request)

        def edited(before: Dictionary) -> Rows:
            rows = before.edited(sent.read.rows if sent.read else (), sent.asked.remove).rows
            if not rows:
                raise InvalidRequest("nothing would be left; DELETE removes a dictionary", "remove")
            return rows

        return await self._change(owner, request, sent, edited)

    async def delete(self, request: Request) -> Response:
        """Gone with all its versions."""
        owner, name = await self._owner(request), request.path_params["name"]
        gone = await self._house.dictionaries.delete(owner, name, self._clock())
        return json(DictionaryRemoved(gone.id))

    async def changes(self, request: Request) -> Response:
        """What the later of two versions has and the earlier has not."""
        owner, name = await self._owner(request), request.path_params["name"]
        store = self._house.dictionaries
        after = await store.get(owner, name, request.query_params.get("after"))
        first = after.versions[0] if after.versions else None
        before = await store.get(owner, name, request.query_params.get("before", first))
        found = difference(before.dictionary.rows, after.dictionary.rows)
        return json(
            DictionaryChanges(
                before.dictionary.version,
                after.dictionary.version,
                _rules(found.added),
                _rules(found.removed),
                tuple(ChangedRule(*each) for each in found.changed),
            )
        )

    async def explain(self, request: Request) -> Response:
        """Which words of a text are said as whose dictionary tells, and why."""
        owner = await self._house.caller(request.headers)
        asked = await body(self._house, request, ExplainRequest)
        if len(asked.input) > LONGEST_EXPLAINED:
            raise InvalidRequest(f"input has at most {LONGEST_EXPLAINED} characters", "input")
        check_characters(asked.input)
        found = await sources(
            self._house.dictionaries,
            owner,
            await self._names(asked.voice, owner),
            asked.pronunciations,
            asked.pronunciation_dictionaries,
        )
        words = await anyio.to_thread.run_sync(
            explained, asked.input, found, limiter=self._explaining
        )
        return json(Explanation(tuple(ExplainedWord(*each) for each in words)))

    async def _names(self, voice: str | None, owner: str) -> tuple[str, ...]:
        """What the voice that would speak is called; one that is not there has its name alone."""
        stairs, aliases = self._house.staircase, self._house.settings.voice_aliases
        try:
            return (await find_cast(voice, owner, stairs, aliases)).names
        except UnknownVoice:
            return (voice,) if voice else ()

    # --- what they share ----------------------------------------------------------------------

    async def _owner(self, request: Request) -> str:
        return checked(await self._house.caller(request.headers))

    async def _sent(self, request: Request) -> tuple[str, _Sent]:
        owner, sent = await self._owner(request), await raw_body(self._house, request)
        kind = request.headers.get("content-type", "")
        name = request.query_params.get("name")
        return owner, await anyio.to_thread.run_sync(_understood, sent, kind, name)

    async def _change(
        self, owner: str, request: Request, sent: _Sent, rows: Callable[[Dictionary], Rows]
    ) -> Response:
        """Made of what is there by then: of two who change it at once, both are heard."""
        now = self._clock()

        def edit(before: KeptDictionary) -> KeptDictionary:
            name = before.name if sent.asked.name is None else _named(sent.asked.name)
            dictionary = Dictionary(name, rows(before.dictionary))
            after = replace(before, dictionary=dictionary, changed_at=max(before.changed_at, now))
            return _attached(after, sent.asked)

        store, name = self._house.dictionaries, request.path_params["name"]
        put = await store.change(owner, name, edit)
        return json(_whole(put, sent.read.notes if sent.read else ()))


def _understood(body: bytes, kind: str, name: str | None) -> _Sent:
    """A form with a file, JSON, or the file itself with its name in the query."""
    if kind.lower().startswith("multipart/"):
        form = multipart.parse(body, kind).read(DictionaryForm)
        if form.file is None:
            raise InvalidRequest("the form has no file; send it in the field 'file'", "file")
        return _Sent(DictionaryRequest(name=form.name or name), read_file(form.file))
    if "json" in kind.lower() and "jsonl" not in kind.lower() and "ndjson" not in kind.lower():
        asked = strict_json.read(body, DictionaryRequest, kind)
        return _Sent(asked, read_rules(plain(asked.rules)) if asked.rules else None)
    return _Sent(DictionaryRequest(name=name), read_file(body))


def _named(name: str | None) -> str:
    neat = " ".join((name or "").split())
    if not 1 <= len(neat) <= LONGEST_NAME or any(each in neat for each in "/\\?#"):
        raise InvalidRequest(
            f"name has 1 to {LONGEST_NAME} characters, none of them / \\ ? or #", "name"
        )
    check_characters(neat)
    return neat


def _attached(kept: KeptDictionary, asked: DictionaryRequest) -> KeptDictionary:
    if asked.default is not None:
        kept = replace(kept, everywhere=asked.default)
    if asked.voices is not None:
        if len(msgspec.json.encode(asked.voices)) > LONGEST_VOICES:
            raise InvalidRequest("the names of the voices are too long together", "voices")
        kept = replace(kept, voices=tuple(dict.fromkeys(map(composed, asked.voices))))
    return kept


def _new_id(now: float) -> str:
    return f"dict_{int(now * 1000):011x}{secrets.token_hex(6)}"


def _entry(kept: KeptDictionary) -> DictionaryEntry:
    return DictionaryEntry(**_told(kept))


def _whole(kept: KeptDictionary, notes: tuple[str, ...] = ()) -> DictionaryWhole:
    told = (*notes, *kept.dictionary.notes)[:MOST_NOTES]
    return DictionaryWhole(**_told(kept), rules=_rules(kept.dictionary.rows), notes=told)


def _told(kept: KeptDictionary) -> dict[str, Any]:
    return {
        "id": kept.id,
        "name": kept.name,
        "version": kept.dictionary.version,
        "words": len(kept.dictionary.rows),
        "created_at": int(kept.created_at),
        "changed_at": int(kept.changed_at),
        "default": kept.everywhere,
        "voices": kept.voices,
        "versions": kept.versions,
    }


def _rules(rows: tuple[tuple[str, str], ...]) -> tuple[Rule, ...]:
    return tuple(Rule(*row) for row in rows)
