"""The reference's small flow, loaded into ours."""

from __future__ import annotations

from antiphon.engines.glm.config import FlowConfig
from antiphon.engines.glm.flow import Flow
from tests.engines.glm.golden import golden

WEIGHTS = golden("flow_tiny_weights")
GOLDEN = golden("flow_tiny_io")


def small_flow(*, tokens_are_guided: bool = False) -> Flow:
    """The golden weights, loaded strictly under the official names."""
    config = FlowConfig(
        dim=128,
        depth=2,
        heads=2,
        head_dim=64,
        ff_mult=2,
        mels=80,
        token_rows=601,
        token_dim=64,
        conv_layers=4,
        speaker_dim=192,
        tokens_are_guided=tokens_are_guided,
        token_rate_hz=25,
        frame_rate_hz=50,
        guidance=0.7,
    )
    flow = Flow(config).eval().requires_grad_(False)
    flow.load_state_dict(WEIGHTS, strict=True)
    return flow
