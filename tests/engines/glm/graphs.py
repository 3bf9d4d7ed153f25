"""Small ONNX graphs that stand for the speaker encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save


def write_speaker_graph(path: Path, width: int = 192, seed: int = 1) -> Path:
    """Takes the loudest of [1, T, 80] over time, and multiplies by a random matrix."""
    weights = np.random.default_rng(seed).normal(size=(80, width)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMax", ["energies"], ["loudest"], axes=[1], keepdims=0),
            helper.make_node("MatMul", ["loudest", "weights"], ["vector"]),
        ],
        "speaker",
        [helper.make_tensor_value_info("energies", TensorProto.FLOAT, [1, "T", 80])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, width])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    save(model, str(path))
    return path
