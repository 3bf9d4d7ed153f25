"""The speaker encoder (CAM++): who speaks in a recording, as one vector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from antiphon.engines.glm.fbank import centred_fbank
from antiphon.errors import BadCheckpoint

WIDTH = 192


class SpeakerEncoder:
    """An ONNX graph that is run on the CPU: once a recording, for a few milliseconds a second."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Raises `BadCheckpoint` for a file that is no such graph."""
        import onnxruntime  # slow to import, and only needed where recordings are prepared

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its own exceptions share no base but this
            raise BadCheckpoint(path, "is not a graph that onnxruntime can load") from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise BadCheckpoint(
                path, f"takes {len(inputs)} inputs, and a speaker encoder takes one"
            )
        self._path, self._input = path, inputs[0].name

    def vector(self, wave: Tensor) -> Tensor:
        """A waveform [S] in [-1, 1] at 16 kHz -> [192], of no particular length."""
        energies = centred_fbank(wave.cpu())[None].numpy()
        found = torch.from_numpy(self._session.run(None, {self._input: energies})[0]).flatten()
        if found.shape != (WIDTH,):
            raise BadCheckpoint(self._path, f"gives {found.numel()} numbers instead of {WIDTH}")
        return found
