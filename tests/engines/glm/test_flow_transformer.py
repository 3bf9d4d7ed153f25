"""The flow's transformer against the reference, stage by stage."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from antiphon.engines.glm.flow import attention_mask
from antiphon.engines.glm.flow_lengths import block_frames, visible_frames
from antiphon.engines.glm.flow_transformer import FlowTransformer
from tests.engines.glm.flows import GOLDEN, small_flow
from tests.engines.glm.golden import golden, part

IN = part(GOLDEN, "in.single.")
FRAMES = 75
BOUND = 1e-4
STAGES = {
    "time_embed": "time_embed",
    "text_block0": "text_emb_layer.text_blocks.0",
    "text_embed": "text_emb_layer",
    "concat_proj": "emb_concator.proj",
    "concat_out": "emb_concator",
    "block0.attn": "transformer_blocks.0.attn",
    "block0": "transformer_blocks.0",
    "block1.attn": "transformer_blocks.1.attn",
    "block1": "transformer_blocks.1",
}


@pytest.fixture(scope="module")
def estimator() -> FlowTransformer:
    """The reference's small transformer."""
    return small_flow().estimator


def velocity(
    estimator: FlowTransformer, mask: Tensor | None = None, real: Tensor | None = None
) -> Tensor:
    """What it makes of the golden inputs."""
    tokens = estimator.tokens(IN["tokens"], FRAMES)
    return estimator(IN["x"], IN["cond"], tokens, IN["t"], IN["spk"], mask, real)


def causal_mask() -> Tensor:
    """Blocks of 2, 3 and 4 tokens, the last again and again."""
    return attention_mask(visible_frames([block_frames(tokens) for tokens in (2, 3, 4)], FRAMES))


@pytest.mark.parametrize("case", ["offline", "causal"])
def test_every_stage_is_the_reference_s(case: str, estimator: FlowTransformer) -> None:
    """Embeddings, projection, both blocks with their attention, and the velocity: to 1e-4."""
    found: dict[str, Tensor] = {}
    hooks = [
        estimator.get_submodule(path).register_forward_hook(
            lambda _, __, out, name=name: found.update({name: out})
        )
        for name, path in STAGES.items()
    ]
    found["out"] = velocity(estimator, causal_mask() if case == "causal" else None)
    for hook in hooks:
        hook.remove()
    assert found.keys() == {*STAGES, "out"}
    for name, stage in found.items():
        wanted = GOLDEN[f"out.single.{case}.{name}"]
        torch.testing.assert_close(stage, wanted, atol=BOUND, rtol=0, msg=lambda m, n=name: n + m)


def test_a_causal_mask_is_the_reference_s(estimator: FlowTransformer) -> None:
    """Each row sees as many frames as in the reference's mask."""
    assert causal_mask().sum(1).tolist() == GOLDEN["out.single.causal.visible"].tolist()


def test_padding_is_seen_by_nobody(estimator: FlowTransformer) -> None:
    """With the last nine frames padding, the velocity is the reference's."""
    real = torch.ones(1, FRAMES, dtype=torch.bool)
    real[:, -9:] = False
    found = velocity(estimator, causal_mask(), real)
    torch.testing.assert_close(found, GOLDEN["out.single.padded.out"], atol=BOUND, rtol=0)


@pytest.mark.parametrize("name", sorted(part(golden("flow_masks_lengths"), "nearest.")))
def test_a_frame_takes_the_reference_s_token(name: str) -> None:
    """Also where single precision decides between two."""
    tokens, frames = (int(size) for size in name.split("_"))
    ids = torch.arange(tokens)[None]
    layer = small_flow().estimator.text_emb_layer
    taken = layer.text_embed.register_forward_hook(lambda _, given, __: seen.append(given[0]))
    seen: list[Tensor] = []
    layer(ids, frames)
    taken.remove()
    assert seen[0][0].tolist() == golden("flow_masks_lengths")[f"nearest.{name}"].tolist()


def test_only_the_first_head_knows_positions(estimator: FlowTransformer) -> None:
    """Turning by other angles changes what the first head looks for, and nothing else."""
    attention = estimator.transformer_blocks[0].attn
    x = torch.randn(1, 10, 128, generator=torch.Generator().manual_seed(1))
    heads: list[Tensor] = []
    hook = attention.to_out[0].register_forward_hook(lambda _, given, __: heads.append(given[0]))
    for shift in (0, 5):
        cosines, sines = estimator.rotary_embed(10)
        attention(x, (cosines.roll(shift, 0), sines.roll(shift, 0)), None)
    hook.remove()
    first, second = heads
    assert torch.equal(first[..., 64:], second[..., 64:])
    assert not torch.allclose(first[..., :64], second[..., :64])
