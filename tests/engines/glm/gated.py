"""A runner that waits at a token until a test lets it go on, and notes what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from antiphon.engines.glm.plans import Result, Sound, Speak, Step
from antiphon.engines.glm.runner import Runner

PATIENCE_S = 15.0


class Gated:
    """Runs steps as the runner does; the token `gate_at` is not spoken before `gate` is set."""

    def __init__(self, runner: Runner, gate_at: int | None = None) -> None:
        self.runner, self.gate_at = runner, gate_at
        self.gate = threading.Event()
        self.waiting = threading.Event()
        self.steps: list[str] = []
        self.failing: Exception | None = None

    def run(self, step: Step, is_left: Callable[[], bool]) -> Result:
        """Wait where a test wants it, then do it."""
        if self.failing is not None:
            raise self.failing
        if isinstance(step, Speak):
            self.steps.append("token")
            if step.index == self.gate_at:
                self.waiting.set()
                assert self.gate.wait(PATIENCE_S), "the test never opened the gate"
        if isinstance(step, Sound):
            self.steps.append("sound")
        return self.runner.run(step, is_left)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.runner, name)
