"""What an installation weighs and how it starts: size, packages, time to ready, memory at idle.

    python benchmarks/footprint.py [--rounds 7]

The default installation is made anew in a temporary virtual environment.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from first_audio import HERE, free_port, machine

READY_S = 30.0


def installed(folder: Path) -> dict[str, object]:
    """Install the package alone and weigh it, pip and setuptools apart, without byte code.

    pip makes byte code of everything unless it is told not to; it is weighed beside.
    """
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", HERE.parent], check=True)
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"], capture_output=True, check=True
    )
    names = {one["name"] for one in json.loads(listed.stdout)} - {"pip", "setuptools"}
    (site,) = folder.glob("lib/python*/site-packages")
    apart = {"pip", "setuptools", "pkg_resources", "_distutils_hack"}
    files = [
        file
        for file in site.rglob("*")
        if file.is_file() and file.relative_to(site).parts[0].split("-")[0] not in apart
    ]
    weight = {file: file.stat().st_size for file in files}
    byte_code = sum(size for file, size in weight.items() if file.suffix == ".pyc")
    return {
        "packages": len(names),
        "megabytes": round((sum(weight.values()) - byte_code) / 1e6),
        "byte_code_megabytes": round(byte_code / 1e6),
    }


def started(python: Path, data: Path) -> tuple[float, float, dict[str, float]]:
    """Seconds from exec to listening and to `/readyz`, and the memory of each process after."""
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [python.parent / "antiphon", "serve", "--port", str(port), "--data", data],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        listening = _until(f"http://127.0.0.1:{port}/livez", began)
        ready = _until(f"http://127.0.0.1:{port}/readyz", began)
        time.sleep(2)  # let what loads beside settle
        return listening, ready, memory(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _until(url: str, began: float) -> float:
    while time.perf_counter() < began + READY_S:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return time.perf_counter() - began
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"{url} did not answer")


def memory(pid: int) -> dict[str, float]:
    """Proportional set size in MB, which counts shared pages once, by process."""
    found = {"server": _pss_mb(pid)}
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in children:
        line = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        name = next((part.decode() for part in line if part.startswith(b"antiphon.")), "other")
        found[f"{name} {child}"] = _pss_mb(int(child))
    return {name.rsplit(" ", 1)[0] + f" #{n}": size for n, (name, size) in enumerate(found.items())}


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    report: dict[str, object] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        report["install"] = installed(Path(folder) / "venv")
        python = Path(folder) / "venv" / "bin" / "python"
        runs = [started(python, Path(folder) / "data") for _ in range(chosen.rounds)]
    report["listening_s"] = round(statistics.median(run[0] for run in runs), 3)
    report["ready_s"] = round(statistics.median(run[1] for run in runs), 3)
    report["ready_worst_s"] = round(max(run[1] for run in runs), 3)
    report["idle_mb"] = runs[-1][2]
    report["idle_total_mb"] = round(sum(runs[-1][2].values()), 1)
    (HERE / "results" / "footprint.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
