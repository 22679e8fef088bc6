"""How fresh the text on screen is: mean staleness on virtual time, against what the budgets allow.

    python -m benchmarks.streaming

Runs the real `Pace` and `Scheduler`; `streaming_model` counts as the platforms do. Compared in one run: bridge, its
length learned from 20 replies; timers of 0.5, 1.0 and 1.2 s, which wait as long as a refusal asks; and `solver`, which
leaves out the time that calls are on their way (25 ms on average). For replies that share a bucket the solver gives the
best schedule that it found, not a bound, so a ratio can be below 1.
"""

from __future__ import annotations

import asyncio

from benchmarks.solver import alone, shared
from benchmarks.streaming_model import PER_SECOND, Shown, Stage, Surface
from bridge.platform import Budget
from bridge.reply.pacing import Length
from bridge_discord.limits import CAPABILITIES as DISCORD
from bridge_slack.limits import CAPABILITIES as SLACK

SURFACES = {
    "Slack edits": Surface(SLACK.budgets, "chat.postMessage", "chat.update", "chat.update", edit_gap=SLACK.edit_gap),
    "Discord": Surface(
        {name: Budget(5, 1) for name in ("post", "edit")},
        "post",
        "edit",
        "edit",
        edit_gap=DISCORD.edit_gap,
        window=5.0,
        per_thread=True,
    ),
}
CROWDS = {"1": (1, 0.0), "10": (10, 0.0), "50": (50, 0.0), "10, 0.73 s apart": (10, 0.73)}
TIMERS = (None, 0.5, 1.0, 1.2)
LENGTHS = (5, 20, 60)


def arrivals(seconds: int, begin: float) -> list[float]:
    """When the deltas of an even answer come."""
    return [begin + number / PER_SECOND for number in range(seconds * PER_SECOND + 1)]


def optimum(surface: Surface, replies: list[list[float]]) -> float:
    """The least mean staleness that is known to be possible."""
    budget = surface.budgets[surface.middle]
    if surface.per_thread or len(replies) == 1:
        return alone([at - replies[0][0] for at in replies[0]], budget)
    return shared(replies, budget)


def measure(
    surface: Surface, seconds: int, replies: list[list[float]], timer: float | None
) -> tuple[Stage, list[Shown]]:
    """Write these replies on one platform."""
    length = Length()
    for _ in range(20):
        length.learn(seconds)

    async def play() -> tuple[Stage, list[Shown]]:
        stage = Stage(surface, length, timer)
        return stage, await stage.clock.run(stage.play(replies))

    return asyncio.run(play())


def main() -> None:
    """Print one line for each way to show replies, on each surface, for each crowd and length."""
    print(f"{'surface':12} {'replies':17} {'long':>5} {'policy':>7} {'mean':>7} {'optimum':>8} {'ratio':>6}"
          f" {'first':>6} {'final':>6} {'calls':>6} {'429s':>5}")  # fmt: skip
    for name, surface in SURFACES.items():
        for crowd, (count, apart) in CROWDS.items():
            for seconds in LENGTHS:
                replies = [arrivals(seconds, number * apart) for number in range(count)]
                least = optimum(surface, replies)
                for timer in TIMERS:
                    stage, shown = measure(surface, seconds, replies, timer)
                    mean = sum(one.staleness for one in shown) / count
                    policy = "bridge" if timer is None else f"{timer:.1f} s"
                    first, final = max(one.first_paint for one in shown), max(one.final_lag for one in shown)
                    print(f"{name:12} {crowd:17} {seconds:3} s {policy:>7} {mean:7.3f} {least:8.3f} {mean / least:6.2f}"
                          f" {first:6.2f} {final:6.2f} {stage.calls:6} {stage.refused:5}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
