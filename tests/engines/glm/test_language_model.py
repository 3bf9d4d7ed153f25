"""The language model against the reference: hidden states, logits, whole continuations."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from antiphon.engines.glm.config import LanguageConfig
from antiphon.engines.glm.language_model import LanguageModel, open_cache
from antiphon.engines.glm.prompt import Bounds, Said, prefix
from antiphon.engines.glm.sampling import Draws, GreedyDraws, Sampling, choose, masked
from tests.engines.glm.golden import golden, part
from tests.engines.glm.replays import TorchDraws
from tests.engines.glm.test_prompt import SPECIALS

GOLDEN = golden("llama_tiny")
CASES = ("c0", "c1", "c2")
END = 200
NEVER = Sampling(repeats=1_000)  # a greedy decode repeats itself freely
SPEAKER = (11, 12, 13, 190)


CONFIG = LanguageConfig(
    hidden_size=64,
    intermediate_size=192,
    layers=3,
    heads=4,
    kv_heads=2,
    head_dim=16,
    vocab_size=420,
    rms_norm_eps=1e-5,
    rope_theta=10_000.0,
    max_positions=512,
    tied=False,
)


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    """The golden weights, loaded strictly under the official names."""
    loaded = LanguageModel(CONFIG).eval().requires_grad_(False)
    loaded.load_state_dict(part(GOLDEN, "w."), strict=True)
    return loaded


def given(case: str) -> tuple[Said, list[int]]:
    """Prompt and text of a case."""
    arrays = part(GOLDEN, f"in.{case}.")
    texts, speech = (tuple(arrays[name][0].tolist()) for name in ("prompt_text", "prompt_speech"))
    return Said(texts, speech), arrays["text"][0].tolist()


def continued(
    model: LanguageModel, ids: list[int], bounds: Bounds, draws: Draws, sampling: Sampling
) -> tuple[list[int], Tensor]:
    """Codes and logits step by step, as the reference makes them: nothing but the end is masked."""
    cache = open_cache(model.config, len(ids) + bounds.most, torch.device("cpu"), torch.float32)
    logits = model.logits(model(torch.tensor(ids), cache)[-1])
    made: list[int] = []
    seen = []
    for step in range(bounds.most):
        seen.append(logits)
        logp = masked(logits, END if step < bounds.least else None)
        chosen, _ = choose(logp, made, step, draws, sampling)
        if chosen == END:
            break
        made.append(chosen)
        logits = model.logits(model(torch.tensor([chosen]), cache)[-1])
    return [one - SPECIALS.first_audio for one in made], torch.stack(seen)


@pytest.mark.parametrize("case", CASES)
def test_hidden_states_and_logits_are_the_reference_s(case: str, model: LanguageModel) -> None:
    """Embeddings, every layer, the last norm and all logits agree to 1e-4."""
    ids = GOLDEN[f"out.{case}.prefix_ids"][0]
    layers: list[Tensor] = []
    hooks = [
        layer.register_forward_hook(lambda _, __, out: layers.append(out))
        for layer in model.model.layers
    ]
    hidden = model(ids, open_cache(model.config, 64, torch.device("cpu"), torch.float32))
    for hook in hooks:
        hook.remove()
    states = [model.model.embed_tokens(ids), *layers[:2], hidden]
    for index, state in enumerate(states):
        torch.testing.assert_close(
            state, GOLDEN[f"out.{case}.hidden{index}"][0], atol=1e-4, rtol=1e-4
        )
    wanted = GOLDEN[f"out.{case}.prefill_logits"][0]
    torch.testing.assert_close(model.logits(hidden), wanted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("case", CASES)
def test_the_greedy_continuation_is_exact(case: str, model: LanguageModel) -> None:
    """Id for id to the reference's end, each step's logits within 1e-4."""
    prompt, text = given(case)
    ids = prefix(SPECIALS, prompt, text)
    made, logits = continued(model, ids, Bounds.of(len(text)), GreedyDraws(), NEVER)
    assert made == GOLDEN[f"out.{case}.greedy_ids"].tolist()
    wanted = GOLDEN[f"out.{case}.greedy_logits"]
    torch.testing.assert_close(logits, wanted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("seed", [0, 42])
@pytest.mark.parametrize("case", CASES)
def test_the_seeded_continuation_is_exact(case: str, seed: int, model: LanguageModel) -> None:
    """With the reference's draws replayed, every id up to its end is the reference's."""
    prompt, text = given(case)
    ids = prefix(SPECIALS, prompt, text)
    made, logits = continued(model, ids, Bounds.of(len(text)), TorchDraws(seed), Sampling())
    assert made == GOLDEN[f"out.{case}.ras_seed{seed}_ids"].tolist()
    wanted = GOLDEN[f"out.{case}.ras_seed{seed}_logits_first8"]
    torch.testing.assert_close(logits[:8], wanted, atol=1e-4, rtol=1e-4)


def test_a_fine_tuned_speaker_continues_exactly(model: LanguageModel) -> None:
    """With the speaker's ids before the text, the greedy continuation is the reference's."""
    prompt, text = given("c0")
    ids = prefix(SPECIALS, prompt, text, SPEAKER)
    made, logits = continued(model, ids, Bounds.of(len(text)), GreedyDraws(), NEVER)
    assert made == GOLDEN["out.c0.sft_greedy_ids"].tolist()
    wanted = GOLDEN["out.c0.sft_prefill_last_logits"]
    torch.testing.assert_close(logits[0], wanted, atol=1e-4, rtol=1e-4)


def test_a_prefix_at_once_is_a_prefix_one_by_one(model: LanguageModel) -> None:
    """The cache holds the same however the positions came into it."""
    ids = GOLDEN["out.c1.prefix_ids"][0]
    at_once, singly = (
        open_cache(model.config, 64, torch.device("cpu"), torch.float32) for _ in range(2)
    )
    whole = model(ids, at_once)
    ones = torch.cat([model(one[None], singly) for one in ids])
    torch.testing.assert_close(ones, whole, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(singly.keys, at_once.keys, atol=1e-5, rtol=1e-5)


def test_a_tied_model_reads_with_its_embeddings() -> None:
    """It has no head of its own, and none among its parameters."""
    tied = LanguageModel(replace(CONFIG, tied=True))
    assert "lm_head.weight" not in tied.state_dict()
    assert tied.head is tied.model.embed_tokens.weight
