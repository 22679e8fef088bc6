"""How long the program takes to start, and how much memory it needs once both platforms are connected.

    python -m benchmarks.startup [--runs N]

Every time is printed beside that of an empty Python program on the same machine, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PYTHON = sys.executable


def seconds(*arguments: str) -> float:
    """How long a program takes from its start to its end."""
    began = time.perf_counter()
    subprocess.run([PYTHON, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


@contextmanager
def sandbox(directory: Path) -> Iterator[Path]:
    """The three fake services as a process of their own; gives the configuration for them."""
    config = directory / "bridge.toml"
    command = [PYTHON, "-m", "bridge", "sandbox", "--json", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield config
        finally:
            process.terminate()


def run(config: Path) -> tuple[float, int]:
    """Seconds from the start of `bridge run` until all platforms are connected, and its memory in KiB then."""
    began = time.perf_counter()
    command = [PYTHON, "-m", "bridge", "run", "--config", str(config), "--log-format", "json"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if json.loads(line)["event"] == "app.ready":
                    return time.perf_counter() - began, memory(process.pid)
            raise SystemExit("bridge run ended before it was ready")
        finally:
            process.terminate()
            process.stderr.read()


def memory(process: int) -> int:
    """Resident memory in KiB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    empty = statistics.median(seconds("-c", "pass") for _ in range(runs))
    imported = statistics.median(seconds("-c", "import bridge") for _ in range(runs))
    helped = statistics.median(seconds("-m", "bridge", "--help") for _ in range(runs))
    with tempfile.TemporaryDirectory() as name, sandbox(Path(name)) as config:
        first, _ = run(config)
        results = [run(config) for _ in range(runs)]
    ready = statistics.median(seconds for seconds, _ in results)
    resident = statistics.median(kib for _, kib in results)
    print(f"{'':<42}{'seconds':>9}{'/ empty Python':>16}{'target':>10}")
    for what, value, target in (
        ("empty Python program", empty, ""),
        ("import bridge", imported, "< 0.3 s"),
        ("bridge --help", helped, "< 0.3 s"),
        ("bridge run, ready, first start (new database)", first, "< 1.5 s"),
        ("bridge run, ready, later starts", ready, "< 1.5 s"),
    ):
        print(f"{what:<45}{value:>6.3f}{value / empty:>16.1f}{target:>10}")
    print(f"resident memory, both platforms connected: {resident / 1024:.1f} MiB ({os.cpu_count()} cores, {runs} runs)")


if __name__ == "__main__":
    main()
