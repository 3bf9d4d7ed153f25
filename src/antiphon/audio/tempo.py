"""Speech made slower or faster at the same pitch, continuously across frames."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

SLOWEST, FASTEST = 0.5, 8.0  # what FFmpeg's `atempo` does well for speech in one step


class Tempo:
    """Time-stretching of one stream by FFmpeg's `atempo` (waveform similarity overlap-add).

    It holds back at most about 80 ms of what it was given.
    """

    def __init__(self, rate: int, factor: float) -> None:
        """`rate` in Hz; `factor` above 1 is faster."""
        self._rate, self._at = rate, 0
        graph = Graph()
        self._source = graph.add_abuffer(
            sample_rate=rate, format="s16", layout="mono", time_base=Fraction(1, rate)
        )
        self._sink = graph.add("abuffersink")
        last = self._source
        for step in _steps(factor):
            following = graph.add("atempo", f"{step:.6f}")
            last.link_to(following)
            last = following
        last.link_to(self._sink)
        graph.configure()
        self._graph = graph  # the filters live as long as it does

    def stretch(self, pcm: bytes) -> bytes:
        """Mono s16 in, and what is ready out."""
        samples = np.frombuffer(pcm, np.int16)
        if len(samples) == 0:
            return b""
        frame = AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = self._rate, self._at
        self._at += len(samples)
        self._source.push(frame)
        return self._ready()

    def finish(self) -> bytes:
        """What was held back."""
        self._source.push(None)
        return self._ready()

    def _ready(self) -> bytes:
        pieces = []
        while True:
            try:
                frame = self._sink.pull()
                assert isinstance(frame, AudioFrame)  # noqa: S101  (the graph has audio only)
                pieces.append(frame.to_ndarray().tobytes())
            except (av.error.BlockingIOError, av.error.EOFError):
                return b"".join(pieces)


def _steps(factor: float) -> list[float]:
    """A large change in steps that each sound well."""
    steps = []
    while factor < SLOWEST:
        steps.append(SLOWEST)
        factor /= SLOWEST
    while factor > FASTEST:
        steps.append(FASTEST)
        factor /= FASTEST
    return [*steps, factor]
