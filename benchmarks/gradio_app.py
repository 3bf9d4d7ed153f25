"""The starting point that most services grow from: a Gradio app around the same engine."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # it asks the network at start

import gradio
import numpy as np

from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.speech import Audio, Call, Engine, Utterance

_engine: list[Engine] = []
_opening = asyncio.Lock()


async def speak(text: str) -> tuple[int, Any]:
    """The whole text as one array, as Gradio's Audio component takes it."""
    async with _opening:
        if not _engine:
            _engine.append(await open_engine("formant", EngineOptions()))
    pcm = bytearray()
    async with _engine[0].speak(Utterance(text), Call("gradio")) as frames:
        async for frame in frames:
            if isinstance(frame, Audio):
                pcm += frame.pcm
    return _engine[0].card().rate, np.frombuffer(bytes(pcm), np.int16)


def main() -> None:
    """`gradio_app.py PORT [CONCURRENCY]`: Gradio's own default is one call at a time."""
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else "default"
    app = gradio.Interface(speak, "text", gradio.Audio(), api_name="speak", concurrency_limit=limit)
    app.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True)


if __name__ == "__main__":
    main()
