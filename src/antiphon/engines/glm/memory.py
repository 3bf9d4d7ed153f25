"""What the speaker of the next passage must know of those before it, as bytes that travel."""

from __future__ import annotations

import msgspec

from antiphon.engines.glm.prompt import BUDGET, Said


class _Memory(msgspec.Struct, frozen=True, array_like=True):
    """The model that spoke, and the pieces, oldest first."""

    model: str
    pieces: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def remembered(model: str, pieces: tuple[Said, ...]) -> bytes:
    """The latest pieces, as many as could ever join a prompt."""
    kept: list[Said] = []
    speech = 0
    for piece in reversed(pieces):
        speech += len(piece.speech)
        if speech > BUDGET:
            break
        kept.insert(0, piece)
    return msgspec.msgpack.encode(
        _Memory(model, tuple((piece.text, piece.speech) for piece in kept))
    )


def recalled(data: bytes, model: str) -> tuple[Said, ...]:
    """The pieces; none where another model spoke them, whose codes would mean other sounds."""
    if not data:
        return ()
    try:
        memory = msgspec.msgpack.decode(data, type=_Memory)
    except msgspec.DecodeError:  # from another version
        return ()
    if memory.model != model:
        return ()
    return tuple(Said(text, speech) for text, speech in memory.pieces)
