"""The plugin contract: an engine is an entry point in the group `antiphon.engines`.

The entry point names `async def open_engine(options: EngineOptions) -> Engine`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from antiphon.errors import EngineMissing
from antiphon.settings import Settings
from antiphon.speech import Engine, Recordings

GROUP = "antiphon.engines"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What an operator chose for an engine; an engine reads what it knows and leaves the rest.

    `model` is the folder of a checkpoint, `workers` how many processes or streams to run,
    `recordings` where reference recordings are found (None: this run has none), `device` and
    `precision` where a neural model runs and how its numbers are kept, `vocoder` what it sounds
    through.
    """

    model: Path | None = None
    workers: int | None = None
    recordings: Recordings | None = None
    device: str = "auto"
    precision: str = "float32"
    vocoder: str = "24k"

    @classmethod
    def of(cls, settings: Settings, recordings: Recordings | None = None) -> EngineOptions:
        """What the settings say, with the recordings of this run."""
        return cls(
            settings.model,
            settings.workers,
            recordings,
            settings.device,
            settings.precision,
            settings.vocoder,
        )


EngineFactory = Callable[[EngineOptions], Awaitable[Engine]]


def installed() -> dict[str, EntryPoint]:
    """Every installed engine by name."""
    return {point.name: point for point in entry_points(group=GROUP)}


async def open_engine(name: str, options: EngineOptions) -> Engine:
    """Load and start an engine; raises `EngineMissing`, or what its factory raises."""
    points = installed()
    if name not in points:
        raise EngineMissing(name, points)
    factory: EngineFactory = points[name].load()
    return await factory(options)
