"""Which pronunciations count for a request: its own, the dictionaries it names, those attached."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any

import anyio.to_thread
import msgspec

from antiphon.errors import BadDictionary, InvalidRequest, StorageAway
from antiphon.speech import Utterance
from antiphon.text.dictionaries import LONGEST_SAID, LONGEST_WORD, Dictionary, applied
from antiphon.text.dictionary_files import read_rules
from antiphon.text.dictionary_store import DictionaryStore, attached

MOST_INLINE = 500
MOST_NAMED = 16
MOST_APPLIED = 2_000  # words of one text that a dictionary knows
BIG_TEXT = 1_000  # characters; more takes long enough to search that others would notice

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_WORD)]
Saying = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_SAID)]


class Rule(msgspec.Struct, frozen=True):
    """A word as it is written, and how it is said: pinyin, phonemes or a respelling."""

    word: Word
    say: Saying


Rules = list[Rule] | dict[str, str]


def inline(rules: Rules | None) -> Dictionary | None:
    """The rules of a request; raises `InvalidRequest` that names each one that cannot be."""
    if not rules:
        return None
    if len(rules) > MOST_INLINE:
        raise InvalidRequest(
            f"{len(rules)} pronunciations are too many; at most {MOST_INLINE}, more belong in a"
            " dictionary",
            "pronunciations",
        )
    try:
        return Dictionary("pronunciations", read_rules(plain(rules)).rows)
    except BadDictionary as error:
        raise BadDictionary(error.mistakes, "pronunciations") from None


def plain(rules: Rules) -> Any:
    """Rules as JSON holds them."""
    return msgspec.to_builtins(rules)


async def sources(
    store: DictionaryStore,
    owner: str,
    voices: Collection[str],
    rules: Rules | None = None,
    named: list[str] | None = None,
) -> list[Dictionary]:
    """Whose word counts, the first before the others.

    The request's own rules; then the dictionaries that it names, or where it names none those
    attached to the voice, by whichever of its names, or to everything. Raises
    `UnknownDictionary` or `InvalidRequest`.
    """
    own = inline(rules)
    found = [own] if own else []
    if named is None:
        with suppress(StorageAway):  # speech goes on; what is attached is heard again later
            found += await attached(store, owner, voices)
        return found
    if len(named) > MOST_NAMED:
        raise InvalidRequest(f"at most {MOST_NAMED} dictionaries", "pronunciation_dictionaries")
    return [*found, *[(await store.get(owner, name)).dictionary for name in named]]


async def pronounced(utterance: Utterance, dictionaries: list[Dictionary]) -> Utterance:
    """The utterance with what the dictionaries tell of the words in its text, and nothing else.

    Of a text that is still arriving nobody knows which words it holds: it gets all of them.
    """
    if not dictionaries:
        return utterance
    text = utterance.text if isinstance(utterance.text, str) else None
    if text is None or len(text) > BIG_TEXT:
        pairs = await anyio.to_thread.run_sync(applied, text, dictionaries)
    else:
        pairs = applied(text, dictionaries)
    if text is not None and len(pairs) > MOST_APPLIED:
        raise InvalidRequest(
            f"the dictionaries know {len(pairs)} words of this text and at most {MOST_APPLIED} can"
            " be told; split the text",
            "input",
        )
    return replace(utterance, pronunciations=pairs)
