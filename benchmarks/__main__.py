"""All benchmarks, one after the other, each in a process of its own so that none warms up another."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("startup", "inbox", "lookups", "recovery", "deltas", "fanin", "streaming", "live")


def main() -> None:
    """Run them; ends with 1 when one fails."""
    failed = False
    for name in BENCHMARKS:
        print(f"\n== {name} ==", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
