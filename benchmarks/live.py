"""How fresh an answer is on screen in real time, through the whole program and the real client libraries.

    python -m benchmarks.live [--seconds 20] [--only slack]

`bridge run` is a process of its own beside the sandbox, whose platforms count calls as people have measured the real
ones to. Slack: 50 edits a minute and 10 at once, 100 appends and 20 at once, 20 starts and stops and 5 at once, a post
a second and channel and 3 at once. Discord: 5 calls in 5 seconds for posts and for edits of each channel, 50 a second
in all. A chatbot writes fifteen words a second. Everything is read off the sandbox: when a word went over the wire
from the chatbot, and when somebody in the thread could first read it.

Exits with 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.sandbox import Sandbox
from bridge_sandbox.slack import FakeSlack
from bridge_sandbox.slack.limits import Limit
from bridge_sandbox.view import Change, People
from bridge_sandbox.wire import Traffic

PER_SECOND = 15
SLACK = {
    "chat.postMessage": Limit(3, 60, per_channel=True),
    "chat.update": Limit(10, 50),
    "chat.startStream": Limit(5, 20),
    "chat.appendStream": Limit(20, 100),
    "chat.stopStream": Limit(5, 20),
}
_WORD = re.compile(r"\bq(\d+)w(\d+)\b")
_END = re.compile(r"\(turn 1 of this conversation\)")


@dataclass
class Answer:
    """When the words of one answer were said, and when they could first be read; seconds of one clock."""

    words: int
    said: dict[int, float] = field(default_factory=dict)
    seen: dict[int, float] = field(default_factory=dict)
    began: float = 0.0
    appeared: float = 0.0
    ended: float = 0.0
    whole: float = 0.0

    @property
    def staleness(self) -> float:
        """The mean time from a word to its first visible moment."""
        return sum(self.seen[word] - self.said[word] for word in self.said) / len(self.said)

    @property
    def first(self) -> float:
        """From the first word to the first text that was visible."""
        return self.appeared - self.began

    @property
    def final(self) -> float:
        """From the end of the answer to when all of it stood there."""
        return self.whole - self.ended


class Watcher:
    """Notes what goes over the wire and what is on screen."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.answers = answers
        self.done = asyncio.Event()
        self._messages: dict[str, int] = {}
        self._began: dict[str, float] = {}
        self._appeared: dict[str, float] = {}

    def hear(self, traffic: Traffic) -> None:
        """Something goes over the wire."""
        if traffic.service != "vectorshift" or traffic.kind != "message_delta":
            return
        now, frame = time.monotonic(), traffic.data
        began = self._began.setdefault(frame["message_id"], now)
        for number, word in _WORD.findall(frame["value"]):
            self._messages[frame["message_id"]] = int(number)
            self.answers[int(number)].said[int(word)] = now
            self.answers[int(number)].began = began
        if (answer := self._messages.get(frame["message_id"])) is not None:
            self.answers[answer].ended = now

    def look(self, change: Change) -> None:
        """The screen changed."""
        now, message = time.monotonic(), change.message
        if message is None or not message.bot or not message.text:
            return
        appeared = self._appeared.setdefault(message.id, now)
        if not (found := _WORD.findall(message.text)):
            return
        answer = self.answers[int(found[0][0])]
        answer.appeared = answer.appeared or appeared
        for _, word in found:
            answer.seen.setdefault(int(word), now)
        if not answer.whole and len(answer.seen) == answer.words and _END.search(message.text):
            answer.whole = now
            if all(one.whole for one in self.answers):
                self.done.set()


@dataclass(frozen=True)
class Case:
    """So many questions on one platform, `apart` seconds from each other; the targets in seconds."""

    name: str
    platform: str
    count: int
    apart: float
    staleness: float
    first: float
    final: float
    native: bool = True


CASES = (
    Case("Slack, native", "slack", 1, 0.0, 0.25, 0.1, 0.1),
    Case("Slack, edits", "slack", 1, 0.0, 0.45, 0.1, 0.1, native=False),
    Case("Discord", "discord", 1, 0.0, 0.55, 0.1, 0.1),
    Case("Slack, ten at once", "slack", 10, 0.0, 1.8, 2.5, 0.3),
    Case("Discord, ten at once", "discord", 10, 0.0, 0.6, 2.5, 0.3),
    Case("Slack, ten 0.73 s apart", "slack", 10, 0.73, 1.5, 2.5, 0.3),
    Case("Discord, ten 0.73 s apart", "discord", 10, 0.73, 0.6, 2.5, 0.3),
)


async def play(case: Case, seconds: float, directory: Path) -> tuple[Watcher, int]:
    """Ask the questions and wait for the answers; what was seen, and how many calls were told to wait."""
    sandbox = Sandbox(word_seconds=1 / PER_SECOND)
    sandbox.slack = FakeSlack(sandbox.wire, limits=SLACK)
    sandbox.discord.limits.enabled = True
    async with sandbox:
        config = sandbox.write_config(directory)
        if not case.native:
            text = config.read_text()
            config.write_text(text.replace("[platforms.slack]\n", "[platforms.slack]\nnative_streams = false\n"))
        bridge = BridgeProcess(config, directory / "bridge.log", sandbox.wire)
        await bridge.start()
        try:
            if not await bridge.connected(20):
                raise RuntimeError(f"bridge did not connect:\n{bridge.last_lines()}")
            people: People = sandbox.slack if case.platform == "slack" else sandbox.discord
            words = int(seconds * PER_SECOND)
            watcher = Watcher([Answer(words) for _ in range(case.count)])
            sandbox.wire.listen(watcher.hear)
            people.watch(watcher.look)
            room = next(room.id for room in people.rooms() if room.name == "general")
            for number in range(case.count):
                question = " ".join(f"q{number}w{word}" for word in range(words))
                await people.say(room, f"{people.bot_mention} {question}")
                await asyncio.sleep(case.apart)
            async with asyncio.timeout(seconds + 60):
                await watcher.done.wait()
            return watcher, sandbox.slack.refused + sandbox.discord.limits.refused
        finally:
            await bridge.stop()


def row(case: Case, watcher: Watcher, refused: int) -> bool:
    """Print one line; True when all targets are met."""
    answers = watcher.answers
    measured = (
        (sum(answer.staleness for answer in answers) / len(answers), case.staleness),
        (max(answer.first for answer in answers), case.first),
        (max(answer.final for answer in answers), case.final),
    )
    met = refused == 0 and all(value <= target for value, target in measured)
    figures = "  ".join(f"{value:6.2f} / {target:4.2f}" for value, target in measured)
    print(f"{case.name:<26} {figures}  {refused:4}  {'met' if met else 'MISSED'}", flush=True)
    return met


def main() -> int:
    """Measure each case in turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each answer takes to be written")
    parser.add_argument("--only", default="", help="only cases whose name holds this")
    options = parser.parse_args()
    print(f"{'seconds, measured / target':<26} {'staleness':>13}  {'first, worst':>13}  {'final, worst':>13}  429s")
    met = True
    for case in CASES:
        if options.only.lower() in case.name.lower():
            with tempfile.TemporaryDirectory(prefix="bridge-live-") as name:
                met &= row(case, *asyncio.run(play(case, options.seconds, Path(name))))
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
