"""Dictionary files: the two of GLM-TTS, JSON, and tables of words and sayings."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from antiphon.errors import BadDictionary
from antiphon.text.dictionaries import MOST_ROWS, mistake
from antiphon.text.pronouncing import Pair

LONGEST_LINE = 4096  # characters
MOST_NOTES = 100
# How one row names its two halves: ours, GLM-TTS's replacements, and what others export.
_HALVES = (("word", "say"), ("origin", "new"), ("string_to_replace", "alias"))
_HEADERS = {"word", "written", "grapheme", "词", "词语"}
EXAMPLE = '{"word": "重庆", "say": "chong2 qing4"}'


class Read(NamedTuple):
    """The rows of a file, each word once, and what its reader should know."""

    rows: tuple[Pair, ...]
    notes: tuple[str, ...]


class _Row(NamedTuple):
    where: str
    word: Any
    say: Any


def read_file(data: bytes) -> Read:
    """A file in any of the formats; raises `BadDictionary` with every line that is wrong."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDictionary([f"byte {error.start} is not UTF-8; save the file as UTF-8"]) from error
    lines = text.splitlines()
    if len(lines) > 2 * MOST_ROWS + 100:
        raise BadDictionary([f"{len(lines)} lines are too many; at most {MOST_ROWS} rows"])
    return checked(_rows(text, lines))


def read_rules(rules: Any) -> Read:
    """Rules as JSON holds them: a list of {"word", "say"}, or an object of words and sayings."""
    return checked(_of_json(rules))


def checked(rows: Iterable[_Row]) -> Read:
    """The rows, the later of two for one word; raises `BadDictionary` with all that is wrong."""
    mistakes, notes = list[str](), list[str]()
    kept = dict[str, _Row]()
    for row in rows:
        wrong = mistake(row.word, row.say) if _is_text(row) else f"write a row as {EXAMPLE}"
        if wrong:
            mistakes.append(f"{row.where}: {wrong}")
            continue
        row = _Row(row.where, row.word.strip(), row.say.strip())
        before = kept.pop(row.word, None)
        if before and before.say != row.say and len(notes) < MOST_NOTES:
            notes.append(
                f"{row.where}: {row.word!r} is said as {row.say!r}, and as {before.say!r} in"
                f" {before.where}; the later one counts"
            )
        kept[row.word] = row
    if len(kept) > MOST_ROWS:
        mistakes.append(f"{len(kept)} words are too many; at most {MOST_ROWS}, split the file")
    if not kept and not mistakes:
        mistakes.append(f"the file holds no words; write a row as {EXAMPLE}")
    if mistakes:
        raise BadDictionary(mistakes)
    return Read(tuple((row.word, row.say) for row in kept.values()), tuple(notes))


def _is_text(row: _Row) -> bool:
    return isinstance(row.word, str) and isinstance(row.say, str)


def _rows(text: str, lines: list[str]) -> Iterator[_Row]:
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return _of_table(lines)
    if start == "[" or not _is_json(next(line for line in lines if line.strip())):
        return _of_json(_parsed("the file", text))
    return _of_lines(lines)


def _of_lines(lines: list[str]) -> Iterator[_Row]:
    """One JSON object a line, as GLM-TTS keeps them."""
    for number, line in enumerate(lines, 1):
        where = f"line {number}"
        if len(line) > LONGEST_LINE:
            yield _Row(where, "", "")
        elif line.strip():
            value = _parsed(where, line)
            yield from _of_object(where, value) if isinstance(value, dict) else [_Row(where, 0, 0)]


def _of_json(value: Any) -> Iterator[_Row]:
    if isinstance(value, dict) and isinstance(value.get("rules"), list | dict):
        value = value["rules"]
    if isinstance(value, dict):
        yield from _of_object("the object", value)
    for number, each in enumerate(value if isinstance(value, list) else [], 1):
        where = f"rule {number}"
        yield from _of_object(where, each) if isinstance(each, dict) else [_Row(where, 0, 0)]


def _of_object(where: str, value: dict[str, Any]) -> Iterator[_Row]:
    """A row by the names of its halves, or words and sayings as they are."""
    for word, say in _HALVES:
        if word in value and (say in value or len(value) > 1):
            yield _Row(where, value[word], value.get(say))
            return
    for name, said in value.items():
        yield _Row(where, name, said)


def _of_table(lines: list[str]) -> Iterator[_Row]:
    """A word, a tab or a comma, its saying; `# ` begins a comment."""
    first = True
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith(("# ", "#!")) or line.strip() == "#":
            continue
        where = f"line {number}"
        cells = [cell.strip() for cell in _cells(line)]
        if first and cells[0].lower() in _HEADERS:
            first = False
            continue
        first = False
        yield _Row(where, *cells[:2]) if len(cells) >= 2 else _Row(where, 0, 0)


def _cells(line: str) -> list[str]:
    if len(line) > LONGEST_LINE:
        return [""]
    if "\t" in line:
        return line.split("\t")
    return next(csv.reader([line]), [""])


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _parsed(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadDictionary([f"{where} is not JSON ({error}); write a row as {EXAMPLE}"]) from error
