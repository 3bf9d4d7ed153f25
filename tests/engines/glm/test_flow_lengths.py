"""Frames, blocks and what they see, against the reference's tables."""

from __future__ import annotations

import pytest

from antiphon.engines.glm.flow_lengths import block_frames, frames_of, visible_frames
from tests.engines.glm.golden import golden, part

GOLDEN = golden("flow_masks_lengths")
TOKEN_PATTERNS = sorted(part(GOLDEN, "mask."))
FRAME_PATTERNS = sorted(part(GOLDEN, "mask_frames."))


def test_every_length_is_the_reference_s() -> None:
    """From 1 to 3,000 tokens, with the 144 lengths that lose a frame."""
    wanted = GOLDEN["feat_len.25_50"].tolist()
    assert [frames_of(tokens) for tokens in range(1, 3001)] == wanted
    assert sum(frames < 2 * tokens for tokens, frames in enumerate(wanted, start=1)) == 144


@pytest.mark.parametrize("pattern", TOKEN_PATTERNS)
def test_blocks_of_tokens_see_what_the_reference_s_see(pattern: str) -> None:
    """3,000 rows of a mask whose blocks are given in tokens."""
    blocks = [block_frames(int(tokens)) for tokens in pattern.split("_")]
    assert visible_frames(blocks, 3000) == GOLDEN[f"mask.{pattern}"].tolist()


@pytest.mark.parametrize("pattern", FRAME_PATTERNS)
def test_blocks_of_frames_see_what_the_reference_s_see(pattern: str) -> None:
    """1,500 rows of a mask whose blocks are given in frames."""
    blocks = [int(frames) for frames in pattern.split("_")]
    assert visible_frames(blocks, 1500) == GOLDEN[f"mask_frames.{pattern}"].tolist()


def test_a_block_cut_short_sees_as_far() -> None:
    """What a row sees does not depend on how many rows there are, but that it sees no more."""
    whole = visible_frames([7, 20], 100)
    for frames in range(1, 100):
        wanted = [min(seen, frames) for seen in whole[:frames]]
        assert visible_frames([7, 20], frames) == wanted
