"""The starting point that most services grow from: a Gradio app around the same engine.

Shaped as GLM-TTS's own demonstration: blocks, a button, its six inputs (the recording of the voice
among them, which this engine leaves aside), a synchronous handler that returns the whole audio as
an array, and a queue at Gradio's default of one call at a time. `--tuned` makes the best of it that
Gradio offers: an asynchronous handler, 64 calls at a time, and the text as the only input.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # it asks the network at start

import gradio
import numpy as np

from antiphon.engines.registry import EngineOptions, open_engine
from antiphon.speech import Audio, Call, Engine, Utterance


class Handlers:
    """The engine on an event loop of its own, and the two ways to wait for it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        opening = asyncio.run_coroutine_threadsafe(
            open_engine("formant", EngineOptions()), self._loop
        )
        self._engine: Engine = opening.result()

    def speak(
        self, prompt_text: str, prompt: str, text: str, seed: float, rate: int, cached: bool
    ) -> tuple[int, Any]:
        """The whole text as one array, as Gradio's Audio component takes it."""
        return asyncio.run_coroutine_threadsafe(self._whole(text), self._loop).result()

    async def speak_tuned(self, text: str) -> tuple[int, Any]:
        """The same without a thread that waits."""
        speaking = asyncio.run_coroutine_threadsafe(self._whole(text), self._loop)
        return await asyncio.wrap_future(speaking)

    async def _whole(self, text: str) -> tuple[int, Any]:
        pcm = bytearray()
        async with self._engine.speak(Utterance(text), Call("gradio")) as frames:
            async for frame in frames:
                if isinstance(frame, Audio):
                    pcm += frame.pcm
        return self._engine.card().rate, np.frombuffer(bytes(pcm), np.int16)


def main() -> None:
    """`gradio_app.py PORT [--tuned]`."""
    tuned = "--tuned" in sys.argv
    handlers = Handlers()
    with gradio.Blocks(title="Text to speech") as app:
        prompt = gradio.Audio(label="Voice", type="filepath")
        prompt_text = gradio.Textbox(label="Words of the recording", lines=2)
        text = gradio.Textbox(label="Text", lines=5)
        rate = gradio.Radio(choices=[24_000, 32_000], value=24_000, label="Sample rate")
        seed = gradio.Number(label="Seed", value=42, precision=0)
        cached = gradio.Checkbox(label="Cache", value=True)
        generate, audio = gradio.Button("Generate"), gradio.Audio(label="Result")
        generate.click(
            handlers.speak_tuned if tuned else handlers.speak,
            inputs=[text] if tuned else [prompt_text, prompt, text, seed, rate, cached],
            outputs=[audio],
            api_name="speak",
            concurrency_limit=64 if tuned else "default",
        )
    app.queue().launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True)


if __name__ == "__main__":
    main()
