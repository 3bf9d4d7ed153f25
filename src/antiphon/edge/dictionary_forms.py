"""What a dictionary looks like on the wire."""

from __future__ import annotations

from typing import Annotated

import msgspec

from antiphon.edge.pronouncing import Rule, Rules, Word

LONGEST_NAME = 80
MOST_VOICES = 32
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
Voices = Annotated[list[Name], msgspec.Meta(max_length=MOST_VOICES)]


class DictionaryForm(msgspec.Struct, frozen=True, kw_only=True):
    """A dictionary as a file: GLM-TTS's jsonl, JSON, or a table with tabs or commas."""

    name: Name | None = None
    file: bytes | None = None


class DictionaryRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A dictionary, or a change to one; what is not given stays as it is.

    `default` attaches it to all that its owner has spoken, `voices` to those voices. `remove` takes
    words out, and belongs to PATCH.
    """

    name: Name | None = None
    rules: Rules | None = None
    remove: list[Word] = []
    default: bool | None = None
    voices: Voices | None = None


class DictionaryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A dictionary without its rules; `version` is a digest over them."""

    id: str
    object: str = "pronunciation_dictionary"
    name: str
    version: str
    words: int
    created_at: int
    changed_at: int
    default: bool
    voices: tuple[str, ...]
    versions: tuple[str, ...]


class DictionaryWhole(DictionaryEntry, frozen=True, kw_only=True):
    """A dictionary with its rules, and what whoever sent them should know."""

    rules: tuple[Rule, ...]
    notes: tuple[str, ...] = ()


class DictionaryList(msgspec.Struct, frozen=True):
    """All of the caller's."""

    data: tuple[DictionaryEntry, ...]
    object: str = "list"


class DictionaryRemoved(msgspec.Struct, frozen=True):
    """It is gone, with all its versions."""

    id: str
    deleted: bool = True
    object: str = "pronunciation_dictionary.deleted"


class ChangedRule(msgspec.Struct, frozen=True):
    """A word that is said otherwise."""

    word: str
    before: str
    after: str


class DictionaryChanges(msgspec.Struct, frozen=True):
    """What lies between two versions."""

    before: str
    after: str
    added: tuple[Rule, ...]
    removed: tuple[Rule, ...]
    changed: tuple[ChangedRule, ...]


class ExplainRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A text, with the pronunciations of a speech request."""

    input: str
    voice: str | None = None
    pronunciations: Rules | None = None
    pronunciation_dictionaries: list[str] | None = None


class ExplainedWord(msgspec.Struct, frozen=True):
    """`input[start:end]` is said so, by whom, and why not otherwise."""

    start: int
    end: int
    word: str
    say: str
    dictionary: str
    why: str


class Explanation(msgspec.Struct, frozen=True):
    """Every word of the text that a dictionary knows."""

    words: tuple[ExplainedWord, ...]
