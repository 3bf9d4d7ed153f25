"""Recordings that only pass through: in memory, bounded, belonging to no voice."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from antiphon.speech import Recording

LIMIT_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class _Held:
    recording: Recording
    prepared: dict[str, bytes] = field(default_factory=dict)

    @property
    def cost_bytes(self) -> int:
        return len(self.recording.pcm) + sum(map(len, self.prepared.values()))


class Passing:
    """The least lately used goes first."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._held_bytes = 0

    def __contains__(self, digest: str) -> bool:
        return digest in self._held

    def hold(self, recording: Recording) -> str:
        """Keep a recording for a while; returns its digest."""
        digest = recording.digest
        if digest not in self._held:
            self._held[digest] = _Held(recording)
            self._held_bytes += self._held[digest].cost_bytes
        self._held.move_to_end(digest)
        self._make_room()
        return digest

    def recording(self, digest: str) -> Recording | None:
        """The recording, if it is still here."""
        held = self._held.get(digest)
        if held is None:
            return None
        self._held.move_to_end(digest)
        return held.recording

    def prepared(self, digest: str, model: str) -> bytes | None:
        """What an engine made of it."""
        held = self._held.get(digest)
        return held.prepared.get(model) if held else None

    def keep_prepared(self, digest: str, model: str, data: bytes) -> None:
        """Keep it as long as the recording."""
        if (held := self._held.get(digest)) is not None:
            self._held_bytes += len(data) - len(held.prepared.get(model, b""))
            held.prepared[model] = data
            self._make_room()

    def let_go(self, digest: str) -> dict[str, bytes]:
        """Forget a recording; returns what engines made of it."""
        held = self._held.pop(digest, None)
        if held is None:
            return {}
        self._held_bytes -= held.cost_bytes
        return held.prepared

    def drop(self, digest: str) -> None:
        """Forget a recording and all that was made of it."""
        self.let_go(digest)

    def _make_room(self) -> None:
        while self._held_bytes > self._limit_bytes and len(self._held) > 1:
            self.let_go(next(iter(self._held)))
