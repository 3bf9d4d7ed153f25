"""The flow's solve against the reference: whole, continued, and as its streaming driver does it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from antiphon.engines.glm.flow import (
    Flow,
    FlowCondition,
    Pinned,
    Solution,
    attention_mask,
    flow_times,
)
from antiphon.engines.glm.flow_lengths import block_frames, visible_frames
from tests.engines.glm.flows import GOLDEN, small_flow
from tests.engines.glm.golden import part

BOUND = 1e-4
STREAM = part(GOLDEN, "in.stream.")
PROMPT_FRAMES = 19


def close(found: Tensor, wanted: Tensor) -> None:
    """Within what the manifest allows a solve."""
    torch.testing.assert_close(found, wanted, atol=BOUND, rtol=0)


def given(case: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What a condition is made of."""
    arrays = part(GOLDEN, f"in.{case}.")
    return arrays["token"], arrays["prompt_token"], arrays["prompt_feat"], arrays["embedding"]


@pytest.mark.parametrize("case", ["A", "B", "C"])
def test_a_solve_is_the_reference_s(case: str) -> None:
    """States on the way and the mel agree to 1e-4; C guides the tokens too."""
    flow = small_flow(tokens_are_guided=case == "C")
    condition = flow.condition(*given(f"solve{case}"))
    solution = flow.solve(condition, GOLDEN[f"in.solve{case}.noise"])
    close(solution.mel, GOLDEN[f"out.solve{case}.mel"])
    for step in (1, 2, 5, 10):
        close(solution.states[step - 1], GOLDEN[f"out.solve{case}.x_step{step}"])


def streamed(tokens: Tensor, blocks: tuple[int, ...], flow: Flow) -> tuple[FlowCondition, Tensor]:
    """A condition with the stream's prompt, and the mask of blocks given in tokens."""
    prompt = STREAM["prompt_token"], STREAM["prompt_feat"], STREAM["embedding"]
    condition = flow.condition(tokens, *prompt)
    visible = visible_frames([block_frames(block) for block in blocks], condition.frames)
    return condition, attention_mask(visible)


def test_a_continued_solve_is_the_reference_s() -> None:
    """Three calls, each pinned to the one before where its frames were final."""
    flow, before = small_flow(), None
    for call, (tokens, pinned) in enumerate(((8, 0), (18, 10), (30, 26))):
        condition, mask = streamed(STREAM["tokens"][:, :tokens], (10, 8, 10, 12), flow)
        walked = before and Pinned(before.states, PROMPT_FRAMES + pinned)
        before = flow.solve(condition, STREAM[f"noise{call}"], mask=mask, pinned=walked)
        close(before.mel, GOLDEN[f"out.stream.mel{call}"])
        for step in (1, 10):
            close(before.states[step - 1], GOLDEN[f"out.stream.x{call}_step{step}"])


def driven(flow: Flow) -> list[Tensor]:
    """The reference's experimental streaming driver, with the lengths that it ships with."""
    tokens, hop, rate, fade = GOLDEN["in.driver.tokens"], 480, 24_000, 2400
    emitted: list[Tensor] = []
    before: Solution | None = None
    pinned = heard = 0
    tail = torch.zeros(0)
    arrivals = (5, 15, 35, 55, 60)
    for call, arrived in enumerate(arrivals):
        condition, mask = streamed(tokens[:, :arrived], (1, 5, 10, 20), flow)
        walked = Pinned(before.states, pinned) if before else None
        before = flow.solve(condition, GOLDEN[f"in.driver.noise{call}"], mask=mask, pinned=walked)
        wave = before.mel[0].mean(0).repeat_interleave(hop)  # stands for a vocoder
        ahead_s = (2, 5, 10)[min(call, 2)] / 25
        # Doubles, truncated as the reference truncates them.
        pinned = 1 + int((len(wave) / rate - ahead_s) * rate / hop) + 1
        overlap, back = int(rate * (ahead_s + 0.1)), int(rate * ahead_s)
        wave = wave[heard:].clone()
        ramp = torch.linspace(0, 1, fade, dtype=torch.float64)[: len(tail)]
        wave[: len(tail)] = tail * (1 - ramp) + wave[: len(tail)] * ramp
        if arrived == arrivals[-1]:
            return [*emitted, wave]
        emitted.append(wave[: max(0, len(wave) - overlap)])
        heard += len(emitted[-1])
        tail = wave[-overlap:-back]
    return emitted


def test_the_reference_s_streaming_driver_can_be_driven() -> None:
    """Its cuts to the sample, and its joined sound to 1e-4, from our flow."""
    emitted = driven(small_flow())
    assert [len(wave) for wave in emitted] == GOLDEN["out.driver.segment_samples"].tolist()
    close(torch.cat(emitted)[None], GOLDEN["out.driver.wav"])


def test_the_same_noise_gives_the_same_mel() -> None:
    """To the last bit: nothing is drawn inside."""
    flow = small_flow()
    condition, noise = flow.condition(*given("solveA")), GOLDEN["in.solveA.noise"]
    assert torch.equal(flow.solve(condition, noise).mel, flow.solve(condition, noise).mel)


def test_times_begin_close_together() -> None:
    """Each Euler step is longer than the one before, and together they reach 1."""
    steps = flow_times(10).diff()
    assert (steps.diff() > 0).all()
    torch.testing.assert_close(steps.sum(), torch.tensor(1.0))


def test_a_prompt_longer_than_the_sound_shows_its_end() -> None:
    """Of more prompt frames than there are frames in all, the last ones are taken."""
    tokens, prompt, _, speaker = given("solveA")
    mel = torch.arange(100.0)[None, :, None].expand(1, 100, 80)
    condition = small_flow().condition(tokens, prompt, mel, speaker)
    assert condition.frames == 57
    assert condition.known[0, :, 0].tolist() == list(range(43, 100))


def test_pinned_frames_do_not_move() -> None:
    """However much comes after them, they stand where they stood before every step."""
    flow = small_flow()
    noise = torch.randn(1, 200, 80, generator=torch.Generator().manual_seed(7))
    prompt = STREAM["prompt_token"], STREAM["prompt_feat"], STREAM["embedding"]
    short = flow.condition(STREAM["tokens"][:, :10], *prompt)
    first = flow.solve(short, noise[:, : short.frames])
    long = flow.condition(STREAM["tokens"], *prompt)
    second = flow.solve(long, noise[:, : long.frames], pinned=Pinned(first.states, 30))
    for before, after in zip(first.states, second.states, strict=True):
        assert torch.equal(before[:, :30], after[:, :30])
