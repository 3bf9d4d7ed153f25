"""Normalization in a child process: it answers, and nothing that happens to it is heard."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator

import anyio
import pytest

from antiphon.children import Child
from antiphon.text.normalization import normalize, unchanged
from antiphon.text.normalizer import Normalizer

pytestmark = pytest.mark.anyio
WRITTEN = "It costs $5 on May 3."


@pytest.fixture
async def normalizer() -> AsyncIterator[Normalizer]:
    """One that has started, and is closed after the test."""
    started = Normalizer()
    await started.start()
    yield started
    await started.aclose()


async def test_the_child_reads_as_we_do(normalizer: Normalizer) -> None:
    """What comes back is what this process would have made of it."""
    for text, language in ((WRITTEN, None), ("今天是5月3日。", None), ("5 %", "fr")):
        assert await normalizer.normalize(text, language) == normalize(text, language)


async def test_plain_prose_needs_no_child() -> None:
    """Text without digits or symbols is spoken as it is, and no process is started."""
    normalizer = Normalizer()
    assert await normalizer.normalize("Hello there.") == unchanged("Hello there.")
    assert normalizer.child is None


async def test_a_child_that_died_is_replaced(normalizer: Normalizer) -> None:
    """A clause that finds its child dead is read by the next one."""
    child = normalizer.child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    assert await normalizer.normalize(WRITTEN) == normalize(WRITTEN)
    assert normalizer.child is not child


async def test_a_child_that_hangs_is_replaced(normalizer: Normalizer) -> None:
    """A stopped child is given up after the limit; that clause is spoken as it is written."""
    child = normalizer.child
    assert child is not None
    os.kill(child.pid, signal.SIGSTOP)
    normalizer.patience_s = 0.05
    assert await normalizer.normalize(WRITTEN) == unchanged(WRITTEN)
    normalizer.patience_s = 5.0
    assert await normalizer.normalize(WRITTEN) == normalize(WRITTEN)


async def test_a_caller_who_leaves_disturbs_nobody(normalizer: Normalizer) -> None:
    """A reply that nobody waits for is not given to the next caller."""
    for _ in range(20):
        with anyio.move_on_after(0):
            await normalizer.normalize("It costs $9.")
        with anyio.move_on_after(0.001):
            await normalizer.normalize("It costs $8.")
    assert await normalizer.normalize(WRITTEN) == normalize(WRITTEN)


async def test_closing_while_loading_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that is cancelled ends its child."""
    started: list[Child] = []

    async def remember(module: str, *arguments: str) -> Child:
        started.append(await start(module, *arguments))
        return started[-1]

    start = Child.start
    monkeypatch.setattr(Child, "start", remember)
    normalizer = Normalizer()
    with anyio.move_on_after(0.05):
        await normalizer.start()
    await normalizer.aclose()
    for child in started:
        with pytest.raises(ProcessLookupError):
            os.kill(child.pid, 0)
