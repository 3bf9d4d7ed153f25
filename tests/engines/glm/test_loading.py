"""Which vocoder an operator asked for, and what follows from it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from antiphon.engines.glm.checkpoint import VOCOS
from antiphon.engines.glm.engine import Glm
from antiphon.engines.glm.loading import Loaded, load
from antiphon.engines.registry import EngineOptions
from antiphon.errors import BadCheckpoint
from antiphon.speech import Audio, Call, Finished, Started, Utterance
from tests.engines.glm.programs import write_program


@pytest.fixture
def wide(tiny: Path, tmp_path: Path) -> Loaded:
    """The tiny checkpoint with a 32 kHz vocoder, which is asked for."""
    folder = shutil.copytree(tiny, tmp_path / "wide")
    write_program(folder / VOCOS)
    return load(EngineOptions(folder, vocoder="32k"))


@pytest.mark.anyio
async def test_it_speaks_at_32_khz(wide: Loaded) -> None:
    """Prompts are heard for that vocoder, and a code is 40 ms of its rate."""
    engine = Glm(wide, None, 1)
    await engine.open()
    async with engine.speak(Utterance("Good morning to you.", seed=1), Call("test")) as stream:
        frames = [frame async for frame in stream]
    await engine.aclose()
    started, finished = frames[0], frames[-1]
    assert isinstance(started, Started)
    assert isinstance(finished, Finished)
    assert started.rate == 32_000
    assert finished.samples == sum(f.samples for f in frames if isinstance(f, Audio))
    assert finished.samples % 640 == 0
    [voice] = wide.voices.values()
    assert wide.hear(voice).mel_rate == 32_000


def test_another_vocoder_is_another_model(wide: Loaded) -> None:
    """So that nothing made for one is taken for the other."""
    assert wide.digest.endswith("-32k")
    assert wide.rate == 32_000


def test_a_checkpoint_without_it_says_so(tiny: Path) -> None:
    """With the name of the file that is missing."""
    options = replace(EngineOptions(tiny), vocoder="32k")
    with pytest.raises(BadCheckpoint, match=VOCOS):
        load(options)
