"""The reference implementation on this machine, and random weights and sounds to give it."""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from antiphon.speech import Recording

RATE, SECONDS = 44_100, 3.31


@contextmanager
def on_the_cpu(checkout: Path) -> Iterator[int]:
    """A copy in which `cuda` is `cpu`, importable; gives how many lines that changed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "upstream"
        shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(".git", "*.wav"))
        changed = 0
        for path in copy.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            lines = text.split("\n")
            changed += sum("cuda" in line for line in lines)
            text = text.replace(".cuda()", ".cpu()").replace("torch.cuda.is_available()", "False")
            path.write_text(text.replace('"cuda"', '"cpu"').replace("'cuda'", "'cpu'"))
        sys.path.insert(0, str(copy))
        _stand_ins()
        yield changed


def _stand_ins() -> None:
    """For what is not there: another text front end, torchaudio's compiled half, its codecs."""
    sys.modules["ttsfrd"] = ModuleType("ttsfrd")
    half: Any = ModuleType("torchaudio._extension")
    half.fail_if_no_align = half.fail_if_no_rir = lambda function: function
    half._IS_TORCHAUDIO_EXT_AVAILABLE = half._IS_RIR_AVAILABLE = half._IS_ALIGN_AVAILABLE = False
    sys.modules["torchaudio._extension"] = half
    import soundfile
    import torchaudio

    def load(path: str) -> tuple[Tensor, int]:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        return torch.from_numpy(samples.T), rate

    torchaudio.load = load


@contextmanager
def recorded_draws() -> Iterator[list[Tensor]]:
    """Every `randn_like` that is drawn meanwhile."""
    drawn: list[Tensor] = []
    original = torch.randn_like

    def recording(*args: Any, **kwargs: Any) -> Tensor:
        drawn.append(original(*args, **kwargs).clone())
        return drawn[-1]

    torch.randn_like = recording
    try:
        yield drawn
    finally:
        torch.randn_like = original


# --- random weights and sounds ---------------------------------------------------------------


def randomise(module: nn.Module, seed: int, gain: float = 1.0) -> None:
    """Fill every parameter: matrices keep the size of what goes through, gains are about 1."""
    drawn = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        values = torch.randn(parameter.shape, generator=drawn)
        if name.endswith("original0"):
            continue  # the sizes of weights that `original1` gives the directions of
        if name.endswith("alpha") or (parameter.dim() == 1 and name.endswith("weight")):
            values = 1 + 0.2 * values
        elif name.endswith(("bias", "beta", "gamma")):
            values = 0.2 * values
        elif "codebook" not in name and "embed" not in name.rsplit(".", 2)[-2]:
            values = gain * values / math.sqrt(parameter[0].numel())
        parameter.data.copy_(values)
    for name, parameter in module.named_parameters():
        if name.endswith("original0"):
            direction = module.get_parameter(name.replace("original0", "original1"))
            parameter.data.copy_(direction.flatten(1).norm(dim=1).reshape(parameter.shape))


def recording(seed: int) -> Recording:
    """A gliding buzz with pauses and noise."""
    drawn = torch.Generator().manual_seed(seed)
    times = torch.arange(round(SECONDS * RATE)) / RATE
    pitch = 140 + 60 * torch.sin(2 * math.pi * 0.7 * times)
    phase = torch.cumsum(pitch.double() / RATE, 0).float()
    buzz = sum(torch.sin(2 * math.pi * k * phase) / k for k in range(1, 20))
    loud = 0.12 * buzz * (torch.sin(2 * math.pi * 1.1 * times) > -0.6)
    wave = loud + 0.003 * torch.randn(len(times), generator=drawn)
    return Recording((wave * 32_767).round().to(torch.int16).numpy().tobytes(), RATE)


def write_speaker_graph(path: Path, seed: int) -> Path:
    """Stands for CAM++, whose graph is not in the checkout's history everywhere."""
    from onnx import TensorProto, helper, numpy_helper, save

    drawn = torch.Generator().manual_seed(seed)
    matrices = [
        torch.randn(80, 256, generator=drawn) / 9,
        torch.randn(256, 192, generator=drawn) / 16,
    ]
    nodes = [
        helper.make_node("MatMul", ["energies", "first"], ["wide"]),
        helper.make_node("Relu", ["wide"], ["bent"]),
        helper.make_node("ReduceMean", ["bent"], ["whole"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["whole", "second"], ["vector"]),
    ]
    graph = helper.make_graph(
        nodes,
        "speaker",
        [helper.make_tensor_value_info("energies", TensorProto.FLOAT, [1, "T", 80])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, 192])],
        [
            numpy_helper.from_array(m.numpy(), n)
            for m, n in zip(matrices, ("first", "second"), strict=True)
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    save(model, str(path))
    return path
