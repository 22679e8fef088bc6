"""What was promised survives the sudden end of the process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from bridge.model import MessageId
from tests.unit.store.making import HELP, SLACK, TEAM, Opener, SetClock, inbound, opener

ENOUGH = 300


async def accept_for_ever(directory: Path) -> None:
    """The child: accepts messages from many callers and prints the id of each one that is promised."""
    store = await opener(directory, SetClock(), [])(exclusive=True)

    async def caller(number: int) -> None:
        for count in range(1_000_000):
            name = f"{number}-{count}"
            await store.accept(inbound(name, f"t{number}"))
            print(name, flush=True)  # noqa: T201 - it is what the parent reads

    await asyncio.gather(*map(caller, range(16)))


def promises_of_a_killed_process(directory: Path) -> list[str]:
    command = [sys.executable, "-m", "tests.unit.store.test_durability", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        promised = [child.stdout.readline().strip() for _ in range(ENOUGH)]
        child.kill()
        # What it had printed until then counts too, but for a line that was cut off.
        return promised + [line.strip() for line in child.stdout if line.endswith("\n")]


async def test_a_killed_process_keeps_every_promise(open_it: Opener, tmp_path: Path) -> None:
    promised = promises_of_a_killed_process(tmp_path)
    store = await open_it(exclusive=True)
    assert len(promised) >= ENOUGH
    assert "" not in promised
    for name in promised:
        assert await store.threads.find_by_message(SLACK, TEAM, HELP, MessageId(name)) is not None, name
    assert len(await store.threads.pending()) == 16


if __name__ == "__main__":
    asyncio.run(accept_for_ever(Path(sys.argv[1])))
