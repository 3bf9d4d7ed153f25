"""The routes of pronunciation dictionaries."""

from __future__ import annotations

from dataclasses import replace

from antiphon import errors
from antiphon.edge.asking import counted
from antiphon.edge.dictionaries import Dictionaries
from antiphon.edge.dictionary_forms import (
    DictionaryChanges,
    DictionaryList,
    DictionaryRemoved,
    DictionaryRequest,
    DictionaryWhole,
    ExplainRequest,
    Explanation,
)
from antiphon.edge.house import House
from antiphon.edge.operation import ARRIVING, ASKING, OWNING, Operation, Situations, get

PATH = "/v1/audio/pronunciation-dictionaries"
ONE = f"{PATH}/{{name}}"
MISSING: Situations = (*OWNING, errors.UnknownDictionary)
READING: Situations = (
    *ARRIVING,
    errors.UnknownDictionary,
    errors.BadDictionary,
)
FILES = ("multipart/form-data", "text/plain")
MAKE = (
    "Make a dictionary of rules as JSON, or of a file: a form with `name` and `file`, or the file"
    " as the body and `?name=`."
)


def dictionary_operations(house: House) -> list[Operation]:
    """All of them."""
    own = Dictionaries(house)
    found = [*_reading(own), *_writing(own)]
    return [replace(each, endpoint=counted(house, "dictionaries", each.endpoint)) for each in found]


def _reading(own: Dictionaries) -> list[Operation]:
    return [
        get(PATH, "The caller's dictionaries.", own.list, DictionaryList, OWNING),
        Operation(
            "GET",
            ONE,
            "One with its rules, in a `version` or the newest.",
            own.show,
            answers=(DictionaryWhole,),
            refuses=MISSING,
            query=("version",),
        ),
        Operation(
            "GET",
            f"{ONE}/changes",
            "What lies between the versions `before` and `after`.",
            own.changes,
            answers=(DictionaryChanges,),
            refuses=MISSING,
            query=("before", "after"),
        ),
        Operation(
            "POST",
            f"{PATH}/explain",
            "Which words of a text a dictionary knows, and whose word counts.",
            own.explain,
            answers=(Explanation,),
            asks=ExplainRequest,
            refuses=(*ASKING, *READING),
        ),
    ]


def _writing(own: Dictionaries) -> list[Operation]:
    return [
        _changing("POST", PATH, MAKE, own.create),
        _changing("PUT", ONE, "Other rules, as a new version.", own.replace),
        _changing("PATCH", ONE, "Some rules, the name, or what it is attached to.", own.edit),
        Operation(
            "DELETE",
            ONE,
            "Remove it with all its versions.",
            own.delete,
            answers=(DictionaryRemoved,),
            refuses=MISSING,
        ),
    ]


def _changing(method: str, path: str, summary: str, endpoint: object) -> Operation:
    return Operation(
        method,
        path,
        summary,
        endpoint,
        answers=(DictionaryWhole,),
        asks=DictionaryRequest,
        refuses=(*OWNING, *READING),
        takes=FILES,
        query=("name",),
    )
