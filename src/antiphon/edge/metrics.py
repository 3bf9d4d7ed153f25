"""What an operator watches, in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response

from antiphon.edge.playout import Playout

FIRST_AUDIO_S = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30)


class Metrics:
    """The meters of one app, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Answered calls.", ("route", "format", "outcome"))
        self.audio = self._counter("audio_seconds", "Audio sent.")
        self.late = self._counter("late_frames", "Frames over 50 ms after their playout time.")
        self.streams = self._counter(
            "streams", "Ended streams by whether a gap was heard.", ("gap_free",)
        )
        self.first_audio = Histogram(
            "antiphon_first_audio_seconds",
            "From the last byte of the request to the first byte of audio.",
            buckets=FIRST_AUDIO_S,
            registry=self.registry,
        )

    def played(self, playout: Playout, audio_s: float) -> None:
        """Count an ended stream, however it ended."""
        self.audio.inc(audio_s)
        self.late.inc(playout.late)
        self.streams.labels("no" if playout.late else "yes").inc()

    def watch(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A gauge that is read when somebody looks."""
        Gauge(f"antiphon_{name}", text, registry=self.registry).set_function(value)

    def _counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(f"antiphon_{name}", text, labels, registry=self.registry)

    async def show(self, request: Request) -> Response:
        """`GET /metrics`."""
        return Response(
            generate_latest(self.registry), headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4}
        )
