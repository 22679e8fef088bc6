"""`make soak MINUTES=15`: chaos for as long as one likes, and a table of what came of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

from tests.chaos.plan import Trouble, plan
from tests.chaos.play import play

PER_SECOND = 1.0
EVERY = 4.0


def main() -> None:
    """Play, print, and save; ends with 1 when a promise was broken."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the table here too, as JSON")
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.minutes:g} minutes")
    made = plan(given.seed, given.minutes * 60, per_second=PER_SECOND, troubles=list(Trouble), every=EVERY)
    directory = Path(tempfile.mkdtemp(prefix="bridge-chaos-"))
    outcome = asyncio.run(play(made, directory, quiet=300.0))
    counts = {**outcome.judgement.counts(), "faults": outcome.blows.total()}
    for name, number in counts.items():
        print(f"{name:20} {number:6}")
    for trouble, number in sorted(outcome.blows.items()):
        print(f"  {trouble:20} {number:4}")
    print(f"settled {outcome.settled_after:.1f} s after the last fault; log and table in {directory}")
    for line in outcome.judgement.details:
        print(line)
    faults = {trouble.value: number for trouble, number in sorted(outcome.blows.items())}
    table = json.dumps({"seed": given.seed, "minutes": given.minutes, **counts, "kinds": faults}, indent=1) + "\n"
    for path in filter(None, [directory / "soak.json", given.save]):
        path.write_text(table)
    raise SystemExit(not outcome.judgement.clean)


if __name__ == "__main__":
    main()
