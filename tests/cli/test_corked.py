"""What is written in one turn of the event loop leaves in one piece."""

from __future__ import annotations

import asyncio

import pytest

from antiphon.cli.corked import Corked

pytestmark = pytest.mark.anyio


class Wire:
    """Notes what reaches the real transport."""

    def __init__(self) -> None:
        self.told: list[bytes | str] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.told.append(data)

    def close(self) -> None:
        self.closing = True
        self.told.append("close")

    def abort(self) -> None:
        self.closing = True
        self.told.append("abort")

    def is_closing(self) -> bool:
        return self.closing


def corked() -> tuple[Corked, Wire]:
    """A transport over a wire that notes."""
    wire = Wire()
    return Corked(wire, asyncio.get_running_loop()), wire  # type: ignore[arg-type]


async def test_one_turn_is_one_piece() -> None:
    """In order; the next turn is another."""
    transport, wire = corked()
    transport.write(b"head, ")
    transport.write(b"body")
    assert wire.told == []
    await asyncio.sleep(0)
    transport.write(b"more")
    await asyncio.sleep(0)
    assert wire.told == [b"head, body", b"more"]


async def test_closing_sends_what_was_written() -> None:
    """A refusal is written and closed in one turn, and must be read."""
    transport, wire = corked()
    transport.write(b"no")
    transport.close()
    await asyncio.sleep(0)
    assert wire.told == [b"no", "close"]


async def test_aborting_sends_nothing_more() -> None:
    """What was not sent yet is lost with the connection."""
    transport, wire = corked()
    transport.write(b"no")
    transport.abort()
    await asyncio.sleep(0)
    assert wire.told == ["abort"]
