"""The fabric inside one process."""

from __future__ import annotations

import pytest

from antiphon.errors import EngineNotReady
from antiphon.fabric.local import Local
from antiphon.speech import Call, Utterance
from tests.speakers import CARD, Counting

pytestmark = pytest.mark.anyio


async def test_it_asks_the_engine_next_door() -> None:
    """The frames are the engine's own, for its model or for none named."""
    local = Local(Counting(frames=2), CARD)
    for model in ("", CARD.model):
        async with local.speak(Utterance("hi", model=model), Call("a")) as frames:
            assert len([frame async for frame in frames]) == 4


async def test_it_never_answers_with_another_model() -> None:
    """A model that is not here is refused, whatever engine stands ready."""
    local = Local(Counting(), CARD)
    with pytest.raises(EngineNotReady, match="counting-1"):
        async with local.speak(Utterance("hi", model="glm"), Call("a")):
            pass
