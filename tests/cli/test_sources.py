"""Where the words come from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from antiphon.cli.sources import arriving, read
from antiphon.errors import InvalidRequest, TextTooLong

pytestmark = pytest.mark.anyio


def pieces(*said: bytes) -> Callable[[], bytes]:
    """Standard input that holds these pieces and then ends."""
    left = iter([*said, b""])
    return lambda: next(left)


async def test_what_arrives_is_passed_on_as_it_comes() -> None:
    """Nothing is held back until there is more."""
    assert [piece async for piece in arriving(pieces(b"a\n", b"b"))] == ["a\n", "b"]


async def test_a_character_may_come_in_two_pieces() -> None:
    """A pipe cuts where it likes."""
    cut = "你".encode()
    assert [piece async for piece in arriving(pieces(cut[:1], cut[1:]))] == ["你"]


async def test_a_writer_who_pauses_wants_to_hear_what_there_is() -> None:
    """One empty piece is sent for a pause, however long."""
    reading, writing = os.pipe()
    found = arriving(lambda: os.read(reading, 100), pause_s=0.01)
    os.write(writing, b"Hello")
    assert [await anext(found), await anext(found)] == ["Hello", ""]
    os.write(writing, b"there")
    os.close(writing)
    assert [piece async for piece in found] == ["there"]
    os.close(reading)


@pytest.mark.parametrize("said", [(b"\xff",), (b"a", b"\xe4")])
async def test_what_is_no_utf_8_is_refused(said: tuple[bytes, ...]) -> None:
    """Also when the text ends in the middle of a character."""
    with pytest.raises(InvalidRequest, match="not UTF-8"):
        _ = [piece async for piece in arriving(pieces(*said))]


async def test_input_that_breaks_has_ended() -> None:
    """What was read before it broke is still spoken."""
    left = iter([b"Hello"])

    def breaking() -> bytes:
        for piece in left:
            return piece
        raise OSError("gone")

    assert [piece async for piece in arriving(breaking)] == ["Hello"]


async def test_a_file_is_read_without_its_byte_order_mark(tmp_path: Path) -> None:
    """Some editors write one; nobody wants to hear it."""
    path = tmp_path / "text.txt"
    path.write_bytes(b"\xef\xbb\xbfHello.")
    assert read(path, 6) == "Hello."


async def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Its name and the reason are told."""
    path = tmp_path / "text.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidRequest, match=r"text\.txt: it is not UTF-8"):
        read(path, 100)


@pytest.mark.parametrize("letter", ["a", "你", "😀"])
async def test_a_file_without_end_is_too_long(tmp_path: Path, letter: str) -> None:
    """No more is read of it than the limit can hold, wherever a character is cut."""
    path = tmp_path / "text.txt"
    path.write_text(letter * 200, encoding="utf-8")
    with pytest.raises(TextTooLong) as told:
        read(path, 10)
    assert told.value.length > 10
    with pytest.raises(TextTooLong):
        read(Path("/dev/zero"), 10)
