"""The reference's language model beside ours, on equal random weights."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from antiphon.engines.glm.config import LanguageConfig, Specials
from antiphon.engines.glm.language_model import LanguageModel, open_cache
from antiphon.engines.glm.prompt import Said, prefix
from antiphon.engines.glm.sampling import Draws, GreedyDraws, Sampling, choose, masked

SIZES: dict[str, dict[str, int]] = {
    "small": {
        "hidden_size": 128, "intermediate_size": 384, "num_hidden_layers": 4,
        "num_attention_heads": 8, "num_key_value_heads": 2, "vocab_size": 1600, "codes": 1024,
    },
    "real": {
        "hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 28,
        "num_attention_heads": 16, "num_key_value_heads": 4, "vocab_size": 98_304,
        "codes": 32_768,
    },
}  # fmt: skip
TEXT, PROMPT_TEXT, PROMPT_SPEECH = 6, 9, 40
LEAST, MOST = 2, 5  # new codes for each text id; the reference's own bound is 20
NEVER = Sampling(repeats=1_000)


class GeneratorDraws:
    """Draws from torch's generator in the order in which the reference asks for them."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def pick(self, weights: Tensor, step: int, turn: int) -> int:
        """One `multinomial`."""
        return int(torch.multinomial(weights, 1, generator=self._generator))


class Languages:
    """Both models, which share their weights, and a prompt."""

    def __init__(self, size: str, seed: int, folder: Path) -> None:
        from llm.glmtts import GLMTTS

        of = dict(SIZES[size])
        codes, rows = of.pop("codes"), of["vocab_size"]
        first = rows - codes - 30
        self.specials = Specials(first, first + codes - 1, first - 2, first - 1, first - 9)
        path = folder / "config.json"
        path.write_text(json.dumps({**of, "rms_norm_eps": 1e-5, "max_position_embeddings": 2048}))
        with torch.device("meta"):
            self.theirs: Any = GLMTTS(str(path), spk_prompt_dict_path=None).eval()
            self.ours = LanguageModel(LanguageConfig.read(path)).eval()
        weights = random_weights(self.theirs.llama.state_dict(), seed)
        self.theirs.llama.load_state_dict(weights, assign=True)
        self._revive(self.theirs.llama, path)
        self.ours.load_state_dict(weights, assign=True)
        names = {"ats": first, "ate": first + codes - 1, "boa": first - 2, "eoa": first - 1}
        self.theirs.set_runtime_vars({**names, "pad": first - 9})
        drawn = torch.Generator().manual_seed(seed)
        self.text, self.prompt = (
            torch.randint(0, first - 9, (1, n), generator=drawn) for n in (TEXT, PROMPT_TEXT)
        )
        self.speech = torch.randint(0, codes, (1, PROMPT_SPEECH), generator=drawn)

    @staticmethod
    def _revive(llama: Any, path: Path) -> None:
        """Its rotation is no weight, so it was left on the device that holds nothing."""
        from transformers import LlamaConfig
        from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

        llama.model.rotary_emb = LlamaRotaryEmbedding(LlamaConfig.from_json_file(str(path)))

    def told(self, seed: int, **how: Any) -> tuple[list[int], Tensor]:
        """What theirs says, and its first logits."""
        logits: list[Tensor] = []
        hook = self.theirs.llama.lm_head.register_forward_hook(
            lambda _, __, out: logits.append(out[0, -1])
        )
        torch.manual_seed(seed)
        sizes = [torch.tensor(x.shape[1]) for x in (self.text, self.prompt, self.speech)]
        said = self.theirs.inference(
            self.text, sizes[0], self.prompt, sizes[1], self.speech, sizes[2],
            max_token_text_ratio=MOST, min_token_text_ratio=LEAST, **how,
        )  # fmt: skip
        hook.remove()
        return said.flatten().tolist(), torch.stack(logits)

    def said(self, draws: Draws, sampling: Sampling) -> tuple[list[int], Tensor]:
        """What ours says, text ids allowed as the reference allows them, and all its logits."""
        prompt = Said(tuple(self.prompt[0].tolist()), tuple(self.speech[0].tolist()))
        ids = prefix(self.specials, prompt, self.text[0].tolist())
        most = MOST * TEXT
        cache = open_cache(self.ours.config, len(ids) + most, torch.device("cpu"), torch.float32)
        hidden, made, seen = self.ours(torch.tensor(ids), cache)[-1], [], []
        for step in range(most):
            seen.append(self.ours.logits(hidden))
            early = step < LEAST * TEXT
            logp = masked(seen[-1], self.specials.end if early else None)
            chosen, _ = choose(logp, made, step, draws, sampling)
            if chosen == self.specials.end:
                break
            made.append(chosen)
            hidden = self.ours(torch.tensor([chosen]), cache)[-1]
        return [one - self.specials.first_audio for one in made], torch.stack(seen)


def random_weights(shapes: dict[str, Tensor], seed: int) -> dict[str, Tensor]:
    """Every matrix keeps the size of what goes through it; gains are about 1."""
    drawn = torch.Generator().manual_seed(seed)
    weights = {}
    for name, like in shapes.items():
        values = torch.randn(like.shape, generator=drawn)
        if like.dim() == 1:
            weights[name] = values.mul_(0.2).add_(1)
        else:
            # Logits are spread by 3, so that neither one id nor all of them are likely.
            spread = 3.0 if name == "lm_head.weight" else 1.0
            weights[name] = values.mul_(spread / math.sqrt(like.shape[1]))
    return weights


def compare_language(table: Any, size: str, seed: int, folder: Path) -> None:
    """A greedy and a seeded continuation: ids exactly, logits of every step."""
    pair = Languages(size, seed, folder)
    cases = [
        ("greedy", GreedyDraws(), NEVER, {"sample_method": "topk", "sampling": 1}),
        ("seeded", GeneratorDraws(seed), Sampling(), {"sample_method": "ras"}),
    ]
    for name, draws, sampling, how in cases:
        wanted, their_logits = pair.told(seed, **how)
        found, logits = pair.said(draws, sampling)
        note = f"{len(set(wanted))} kinds"
        table.compare(f"{name} codes", torch.tensor(found), torch.tensor(wanted), 0.0, note)
        table.compare(f"logits, {name}", logits, their_logits, 1e-3)
