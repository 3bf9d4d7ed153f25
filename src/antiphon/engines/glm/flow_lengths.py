"""Which frames a token stands for, and which frames see which, in whole numbers.

Nothing here needs tensors, so that a scheduler can plan with it.
"""

from __future__ import annotations

from collections.abc import Sequence

# The blocks of the reference's mask are converted with the rates of an earlier model: 12.5 tokens
# a second, 22,050 Hz, 256 samples a frame.
LEGACY_TOKEN_RATE, LEGACY_RATE, LEGACY_HOP = 12.5, 22_050, 256
# Blocks above this many frames look less far ahead of themselves.
WIDE_BLOCK = 172


def frames_of(tokens: int, token_rate: float = 25, frame_rate: float = 50) -> int:
    """How many mel frames that many speech tokens make.

    It is one less than twice for 144 lengths below 3,000 (29, 57, ...): the reference truncates a
    quotient of doubles, and a model trained on its lengths is given its lengths.
    """
    return int(tokens / token_rate * frame_rate)


def block_frames(tokens: int) -> int:
    """The size in frames of a block of the mask given in tokens, as the reference counts it."""
    return int(tokens / LEGACY_TOKEN_RATE * LEGACY_RATE / LEGACY_HOP)


def visible_frames(blocks: Sequence[int], frames: int) -> list[int]:
    """How many frames, from the first on, each frame may attend to.

    `blocks` are sizes in frames; the last repeats. A frame sees its block to the end, and beyond
    it what is missing to its least look-ahead, as far as there are frames.
    """
    visible: list[int] = []
    begin, index = 0, 0
    while len(visible) < frames:
        size = blocks[min(index, len(blocks) - 1)]
        ahead = int(size / 2) if size <= WIDE_BLOCK else int(size / 1.5)
        behind = range(size - 1, max(-1, size - 1 - (frames - begin)), -1)  # frames to its end
        visible += [begin + size + max(0, ahead - left) for left in behind]
        begin, index = begin + size, index + 1
    return [min(seen, frames) for seen in visible]
