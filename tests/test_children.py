"""Child processes: messages, bounds, ends."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import anyio
import pytest

from antiphon import children
from antiphon.children import Child, ChildGoneError
from antiphon.piped import LENGTH

pytestmark = pytest.mark.anyio

PARROT = """
import sys
from antiphon.piped import Pipe
pipe = Pipe()
while (body := pipe.read()) is not None:
    for _ in range(int(sys.argv[1])):
        pipe.write(body)
"""
LIAR = f"""
import os, time
os.write(1, {LENGTH.pack(1 << 30)!r})
time.sleep(60)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules a child can run."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    (tmp_path / "parrot.py").write_text(PARROT)
    (tmp_path / "liar.py").write_text(LIAR)
    return tmp_path


async def test_messages_come_back_in_order_whatever_their_size(module: Path) -> None:
    """Empty, small, and larger than any pipe."""
    child = await Child.start("parrot", "1")
    bodies = [b"", b"small", b"x" * 300_000, b"y"]
    for body in bodies:
        await child.send_large(body)
    assert [await child.receive(10) for _ in bodies] == bodies
    await child.close()
    assert not child.alive


async def test_what_nobody_takes_stops_the_child(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bounded amount waits here; then the pipe is full, and nothing is lost."""
    monkeypatch.setattr(children, "WAITING_BYTES", 100_000)
    child = await Child.start("parrot", "40")
    child.send(b"z" * 50_000)
    first = await child.receive(10)
    await anyio.wait_all_tasks_blocked()
    assert child.waiting_bytes < 700_000  # the bound, and one reading of the pipe
    rest = [await child.receive(10) for _ in range(39)]
    assert {first, *rest} == {b"z" * 50_000}
    await child.close()


async def test_a_child_that_nobody_reads_can_be_ended(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while its pipe is full, it is given back all the same."""
    monkeypatch.setattr(children, "WAITING_BYTES", 100_000)
    child = await Child.start("parrot", "400")
    child.send(b"z" * 50_000)
    await child.receive(10)
    child.kill()
    await child.close()
    del child
    gc.collect()  # a transport that was not closed would warn now


async def test_a_child_that_announces_too_much_is_ended(module: Path) -> None:
    """Nothing of ours is that long: it cannot be trusted any more."""
    child = await Child.start("liar", most_bytes=1_000)
    with pytest.raises(ChildGoneError):
        await child.receive(10)
    assert not child.alive


async def test_one_that_says_nothing_is_ended(module: Path) -> None:
    """After the patience of whoever waits."""
    child = await Child.start("parrot", "1")
    with pytest.raises(TimeoutError):
        await child.receive(0.01)
    assert not child.alive
    await child.close()


async def test_a_dead_one_tells_its_status(module: Path) -> None:
    """Negative for a signal; what is sent to it is dropped."""
    (module / "dying.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    child = await Child.start("dying")
    with pytest.raises(ChildGoneError) as gone:
        await child.receive(10)
    assert gone.value.status == (-11 if sys.platform != "win32" else gone.value.status)
    child.send(b"anybody?")
    await child.send_large(b"x" * 1_000_000)
