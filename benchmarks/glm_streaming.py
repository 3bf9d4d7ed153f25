"""How far streamed speech is from the same speech made whole: 20 texts, three block schedules.

    python benchmarks/glm_streaming.py CHECKPOINT

Prints one line for each schedule. A checkpoint of random weights will do:
`antiphon model make-random --size tiny --out CHECKPOINT`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from antiphon.engines.glm.loading import load
from antiphon.engines.registry import EngineOptions
from tests.engines.glm.test_streaming import PLANS, TEXTS, WHOLE, Studio, clicks, level_steps, share


def main(checkpoint: Path) -> None:
    """Print the table."""
    studio = Studio(load(EngineOptions(checkpoint)))
    print(
        "| blocks | look-ahead | joins | own mel at once | mel from whole | clicks | level steps |"
    )
    print("|---|---|---|---|---|---|---|")
    for plan in PLANS:
        streams = [studio.streamed(text, plan) for text in TEXTS]
        own, apart = [], []
        for text, stream in zip(TEXTS, streams, strict=True):
            whole = studio.streamed(text, WHOLE).mel
            noise = studio.sounder._noise(5, torch.device("cpu"))(0, stream.mel.shape[2])
            at_once = studio.sounder.vocoder(stream.mel, noise)[0]
            own.append(float((stream.wave - at_once).abs().max()))
            apart.append(float((stream.mel - whole).norm() / whole.norm()))
        found = [
            f"{100 * share(at_joins):.1f} % / {100 * share(elsewhere):.1f} %"
            for at_joins, elsewhere in (clicks(streams), level_steps(streams))
        ]
        joins = sum(len(stream.joins) for stream in streams)
        mean = sum(apart) / len(apart)
        print(
            f"| {', '.join(map(str, plan.sizes))} | {plan.look_ahead} | {joins} | {max(own):.1e}"
            f" | {mean:.2f} (at most {max(apart):.2f}) | {found[0]} | {found[1]} |"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
