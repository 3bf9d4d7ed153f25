"""Being told to end: every signal that ends a process lets it clean up first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

SIGNALLED = 128
NAMES = ("SIGTERM", "SIGHUP")


@contextmanager
def told_to_end() -> Iterator[list[int]]:
    """Let SIGTERM and SIGHUP do what Ctrl+C does; yields those that came.

    A signal that is ignored (`nohup`) stays ignored.
    """
    told: list[int] = []

    def end(signum: int, frame: FrameType | None) -> None:
        told.append(signum)
        interrupt = signal.getsignal(signal.SIGINT)
        if callable(interrupt):
            interrupt(signal.SIGINT, frame)

    ours = [each for each in _numbers() if signal.getsignal(each) is signal.SIG_DFL]
    with _interruptible() if ours else nullcontext():
        for each in ours:
            signal.signal(each, end)
        try:
            yield told
        finally:
            for each in ours:
                signal.signal(each, signal.SIG_DFL)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Have a handler for Ctrl+C, through which asyncio ends its tasks in order.

    A shell's background job is started with SIGINT ignored; it then gets the handler and no signal.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _numbers() -> list[signal.Signals]:
    """Windows has no SIGHUP, and only the main thread may listen."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
