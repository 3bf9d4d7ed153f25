"""Blocks of sound: what the joined stream is equal to, how far it may be from the whole, no seams.

The bounds are those of `docs/explanation/glm-streaming.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.engines.glm.loading import Loaded
from antiphon.engines.glm.plans import BlockPlan, Code, Speak
from antiphon.engines.glm.prompt import Said
from antiphon.engines.glm.script import Part
from antiphon.engines.glm.streaming import Left, Sounder, Timbre

TEXTS = (
    "The quick brown fox jumps over the lazy dog.",
    "It was raining when we left, and nobody spoke.",
    "Please hold the line while we connect your call.",
    "Two hundred and fifty people came to the concert.",
    "She opened the window and listened to the sea.",
    "Our next train leaves from platform nine.",
    "What would you have done in my place?",
    "The bread is still warm, so be careful with it.",
    "Nothing in the letter told us where he had gone.",
    "A good night's sleep helps more than coffee does.",
    "今天天气很好，我们去公园走一走吧。",
    "他把书放在桌子上，然后就出去了。",
    "请您稍等一下，我马上为您转接。",
    "这座城市的夜景非常漂亮。",
    "你知道明天的会议几点开始吗？",
    "妈妈做的饭总是最好吃的。",
    "火车晚点了，我们在站台上等了很久。",
    "我最喜欢的季节是秋天，因为不冷也不热。",
    "今天 weather 很好，我们去 park 吧。",
    "Please say 你好 to everyone in the room.",
)
PLANS = (BlockPlan(), BlockPlan((10, 25, 50, 100), 5), BlockPlan((25, 50, 200), 12))
WHOLE = BlockPlan((1_000_000,))
SAME_MEL_MOST = 1e-3  # of full scale: single precision, where the vocoder alone rounds by 9e-4
MEL_APART_MOST = 0.25  # of the length of the mel made whole
AROUND = 240  # samples, 10 ms
FRAMES = 5  # 100 ms


@dataclass(slots=True)
class Streamed:
    """What a schedule made of codes: each block's sound and mel, one after another."""

    waves: list[Tensor] = field(default_factory=list)
    mels: list[Tensor] = field(default_factory=list)

    @property
    def wave(self) -> Tensor:
        """The joined sound."""
        return torch.cat(self.waves)

    @property
    def mel(self) -> Tensor:
        """The joined mel [1, 80, T]."""
        return torch.cat(self.mels, 2)

    @property
    def joins(self) -> list[int]:
        """The first sample of every block but the first."""
        ends = np.cumsum([len(wave) for wave in self.waves if len(wave)])
        return [int(end) for end in ends[:-1]]


class Watched:
    """A vocoder that notes the mel it is given."""

    def __init__(self, vocoder: Any, streamed: Streamed) -> None:
        self._vocoder, self._streamed = vocoder, streamed

    def advance(self, state: Any, mel: Tensor, noise: Any, **how: Any) -> Any:
        """Note it, and hand it on."""
        self._streamed.mels.append(mel)
        return self._vocoder.advance(state, mel, noise, **how)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vocoder, name)


class Studio:
    """Speaks texts with the loaded models, each text and schedule once."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.sounder: Sounder = loaded.runner._sounder
        features = loaded.hear(next(iter(loaded.voices.values())))
        loaded.runner.show("studio", features)
        self.timbre: Timbre = loaded.runner._timbres["studio"]
        self._part = Part(Said((), tuple(features.speech_tokens.tolist())), "studio")
        self._codes: dict[str, list[int]] = {}
        self._streamed: dict[tuple[str, BlockPlan], Streamed] = {}

    def codes(self, text: str) -> list[int]:
        """What the language model says for a text, by the runner's own steps."""
        if text not in self._codes:
            (ids,) = self._loaded.script.pieces(text, self._part)
            job, _ = self._loaded.script.job(ids, self._part, (), seed=len(text))
            said: list[int] = []
            while len(said) < job.bounds.most:
                last = said[-1] if said else None
                step = Speak(1, job, len(said), last, tuple(said[-16:]))
                result = self._loaded.runner.run(step, lambda: False)
                assert isinstance(result, Code)
                if result.code is None:
                    break
                said.append(result.code)
            self._loaded.runner._held.clear()
            self._codes[text] = said
        return self._codes[text]

    def streamed(self, text: str, plan: BlockPlan) -> Streamed:
        """The sound of a text by a schedule."""
        if (text, plan) not in self._streamed:
            self._streamed[text, plan] = self.made(self.codes(text), plan)
        return self._streamed[text, plan]

    def made(self, codes: Sequence[int], plan: BlockPlan) -> Streamed:
        """The sound of codes by a schedule."""
        made = Streamed()
        sounder = Sounder(self.sounder.flow, Watched(self.sounder.vocoder, made))  # type: ignore[arg-type]
        state = sounder.start()
        for block in range(len(codes)):
            there = min(plan.due(block), len(codes))
            final = None if there == len(codes) else there - plan.look_ahead
            wave, state = sounder.advance(state, self.timbre, codes[:there], 5, final)
            made.waves.append(wave)
            if final is None:
                break
        return made


@pytest.fixture(scope="module")
def studio(loaded: Loaded) -> Studio:
    """One for all texts, so that each is spoken once."""
    return Studio(loaded)


@pytest.mark.parametrize("plan", PLANS, ids=str)
@pytest.mark.parametrize("text", TEXTS)
def test_the_joined_stream_keeps_its_bounds(text: str, plan: BlockPlan, studio: Studio) -> None:
    """As many samples as the whole; its own mel sounded at once is itself; near to the whole mel.

    Up to the first join nothing is known of later tokens; from there on the flow's mathematics
    makes the two differ, within the bound.
    """
    whole, stream = studio.streamed(text, WHOLE), studio.streamed(text, plan)
    assert stream.wave.shape == whole.wave.shape
    assert stream.mel.shape == whole.mel.shape
    frames = stream.mel.shape[2]
    noise = studio.sounder._noise(5, torch.device("cpu"))
    at_once = studio.sounder.vocoder(stream.mel, noise(0, frames))[0]
    assert float((stream.wave - at_once).abs().max()) <= SAME_MEL_MOST
    apart = float((stream.mel - whole.mel).norm() / whole.mel.norm())
    assert apart <= MEL_APART_MOST
    assert (apart == 0) == (len(stream.waves) == 1)


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_a_seam_detector_finds_no_more_at_joins_than_elsewhere(
    plan: BlockPlan, studio: Studio
) -> None:
    """Clicks of the waveform and steps of the level are as common at joins as anywhere."""
    streams = [studio.streamed(text, plan) for text in TEXTS]
    for detect in (clicks, level_steps):
        at_joins, elsewhere = detect(streams)
        assert len(at_joins) >= len(TEXTS) // 2
        assert share(at_joins) <= share(elsewhere) + 3 * spread(elsewhere, len(at_joins))


def test_the_seam_detector_hears_seams(studio: Studio) -> None:
    """A click 12 dB below full scale, or a step of 12 dB in level, at each join stands out."""
    clicking, stepping = [], []
    for stream in [studio.streamed(text, PLANS[0]) for text in TEXTS[:10]]:
        waves = [torch.cat((wave[:1] + 0.25, wave[1:])) for wave in stream.waves]
        clicking.append(Streamed(waves, stream.mels))
        louder = [mel + 1.38 * (block % 2) for block, mel in enumerate(stream.mels)]
        stepping.append(Streamed(stream.waves, louder))
    for detect, broken in ((clicks, clicking), (level_steps, stepping)):
        at_joins, elsewhere = detect(broken)
        assert share(at_joins) > share(elsewhere) + 3 * spread(elsewhere, len(at_joins))


def test_a_text_of_one_block_is_the_whole(studio: Studio) -> None:
    """Sample for sample: nothing was decided early."""
    codes = studio.codes(TEXTS[0])[:20]
    one = studio.made(codes, BlockPlan((20, 10), 5))
    whole = studio.made(codes, WHOLE)
    assert torch.equal(one.wave, whole.wave)


def test_what_was_given_never_changes(studio: Studio) -> None:
    """Whatever comes later, the first blocks are the same sound."""
    codes = studio.codes(TEXTS[0]) * 2
    shorter = studio.made(codes[:60], PLANS[1])
    longer = studio.made(codes[:90], PLANS[1])
    assert torch.equal(shorter.waves[0], longer.waves[0])
    assert torch.equal(shorter.waves[1], longer.waves[1])


def test_solving_ends_between_two_steps_when_it_is_left(studio: Studio) -> None:
    """Of ten Euler steps no further one is begun."""
    asked: list[int] = []

    def is_left() -> bool:
        asked.append(1)
        return len(asked) > 3

    sounder = studio.sounder
    with pytest.raises(Left):
        sounder.advance(sounder.start(), studio.timbre, [1, 2, 3], 0, None, is_left)
    assert len(asked) == 4


def clicks(streams: Sequence[Streamed]) -> tuple[list[bool], list[bool]]:
    """Whether the waveform bends unusually at each join, and at many places elsewhere.

    How a place bends is told against the 10 ms on either side of it.
    """
    at_joins: list[float] = []
    elsewhere: list[float] = []
    for stream in streams:
        bends = np.abs(np.diff(stream.wave.numpy(), n=2))
        at_joins += [_bend(bends, join) for join in stream.joins]
        places = range(AROUND, len(bends) - AROUND, 97)
        elsewhere += [_bend(bends, at) for at in places if _is_far(at, stream.joins, AROUND)]
    return _unusual(at_joins, elsewhere)


def level_steps(streams: Sequence[Streamed]) -> tuple[list[bool], list[bool]]:
    """Whether the level of the mel, 100 ms on either side, steps unusually at each join."""
    at_joins: list[float] = []
    elsewhere: list[float] = []
    for stream in streams:
        level = stream.mel[0].mean(0).numpy()
        ends = np.cumsum([mel.shape[2] for mel in stream.mels])[:-1]
        joins = [int(end) for end in ends if FRAMES <= end <= len(level) - FRAMES]
        at_joins += [_step(level, join) for join in joins]
        places = range(FRAMES, len(level) - FRAMES)
        elsewhere += [_step(level, at) for at in places if _is_far(at, joins, FRAMES)]
    return _unusual(at_joins, elsewhere)


def _unusual(at_joins: list[float], elsewhere: list[float]) -> tuple[list[bool], list[bool]]:
    """Unusual is what one place in a hundred elsewhere does."""
    limit = float(np.quantile(elsewhere, 0.99))
    return [one > limit for one in at_joins], [one > limit for one in elsewhere]


def _bend(bends: NDArray[np.float32], at: int) -> float:
    """The largest of the four differences that a step at that sample makes, among its like."""
    around = bends[max(0, at - AROUND) : at + AROUND]
    return float(bends[at - 3 : at + 1].max() / np.median(around))


def _step(level: NDArray[np.float32], at: int) -> float:
    return float(abs(level[at : at + FRAMES].mean() - level[at - FRAMES : at].mean()))


def _is_far(at: int, joins: Sequence[int], distance: int) -> bool:
    return all(abs(at - join) > distance for join in joins)


def share(found: Sequence[bool]) -> float:
    """How many of them, from 0 to 1."""
    return sum(found) / len(found)


def spread(found: Sequence[bool], count: int) -> float:
    """The standard deviation of the share among `count` places of that kind."""
    likely = share(found)
    return float((likely * (1 - likely) / count) ** 0.5)
