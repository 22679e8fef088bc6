"""Letting things go wrong in a sandbox, and beside it."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.sandbox import Sandbox
from tests.chaos.plan import Blow, Trouble

LONGEST_PAUSE = 3.0
RETRY_AFTER = 1.0
MANY = 4
"""The most calls in a row that one blow spoils."""
ON_SLACK, ON_DISCORD, ON_CHATBOTS, QUESTION = "chat.*", "* /channels/*/messages*", "GET /chatbot*", "post_message"


def _limit(on: str) -> Callable[[float], Fault]:
    return lambda size: Fault(on, status=429, retry_after=RETRY_AFTER, times=_times(size))


def _down(on: str) -> Callable[[float], Fault]:
    return lambda size: Fault(on, status=503, times=_times(size))


def _cut(on: str) -> Callable[[float], Fault]:
    return lambda size: Fault(on, _either(size), times=_times(size))


def _times(size: float) -> int:
    return 1 + int(size * MANY)


def _either(size: float) -> Action:
    """Cut before the call is done, or after."""
    return Action.DROP if size < 0.5 else Action.DROP_AFTER


SCRIPTS: Mapping[Trouble, tuple[str, Callable[[float], Fault]]] = {
    Trouble.SLACK_LIMIT: ("slack", _limit(ON_SLACK)),
    Trouble.SLACK_DOWN: ("slack", _down(ON_SLACK)),
    Trouble.SLACK_CUT: ("slack", _cut(ON_SLACK)),
    Trouble.SLACK_SLOW: ("slack", lambda size: Fault(ON_SLACK, Action.DELAY, delay=2 * size, times=_times(size))),
    Trouble.DISCORD_LIMIT: ("discord", _limit(ON_DISCORD)),
    Trouble.DISCORD_DOWN: ("discord", _down(ON_DISCORD)),
    Trouble.DISCORD_CUT: ("discord", _cut(ON_DISCORD)),
    Trouble.CHATBOT_CUT: ("chatbot", lambda size: Fault(QUESTION, _either(size))),
    Trouble.CHATBOT_DOWN: ("chatbot", _down(ON_CHATBOTS)),
}
"""The troubles that wait for a call: at which service, and the fault for a size."""


@dataclass(frozen=True, slots=True)
class Scripted:
    """A fault that waits for calls: `fault.times` falls as they come."""

    trouble: Trouble
    fault: Fault
    times: int


class Blows:
    """Deals blows to one bridge and the services around it."""

    def __init__(self, sandbox: Sandbox, process: BridgeProcess, repeat: Callable[[], bool]) -> None:
        """`repeat` sends the events of somebody's last question on Slack once more; False when there is none."""
        self._process = process
        self._scripted: list[Scripted] = []
        self._struck: Counter[Trouble] = Counter()
        slack, discord, chatbots = sandbox.slack, sandbox.discord, sandbox.vectorshift
        self._faults = {"slack": slack.faults, "discord": discord.faults, "chatbot": chatbots.faults}
        self._deal: Mapping[Trouble, Callable[[], Awaitable[None] | None]] = {
            Trouble.SLACK_DROP: slack.drop_sockets,
            Trouble.SLACK_REFRESH: slack.refresh,
            Trouble.DISCORD_RESUME: discord.drop_gateway,
            Trouble.DISCORD_IDENTIFY: lambda: discord.drop_gateway(resumable=False),
            Trouble.DISCORD_RECONNECT: discord.reconnect,
            Trouble.CHATBOT_DROP: chatbots.drop_connections,
        }
        self._there: Mapping[Trouble, Callable[[], object]] = {
            Trouble.SLACK_DROP: lambda: slack.sockets.open,
            Trouble.SLACK_REFRESH: lambda: slack.sockets.open,
            Trouble.SLACK_REDELIVERY: repeat,
            Trouble.DISCORD_RESUME: lambda: discord.gateway.sockets,
            Trouble.DISCORD_IDENTIFY: lambda: discord.gateway.sockets,
            Trouble.DISCORD_RECONNECT: lambda: discord.gateway.sockets,
            Trouble.CHATBOT_DROP: lambda: chatbots.online,
        }

    @property
    def landed(self) -> Counter[Trouble]:
        """How many blows met something so far: a process, an open connection, a call."""
        met = (scripted.trouble for scripted in self._scripted if scripted.fault.times < scripted.times)
        return self._struck + Counter(met)

    async def deal(self, blow: Blow) -> None:
        """Let it happen."""
        trouble, size = blow.trouble, blow.size
        if trouble in SCRIPTS:
            service, script = SCRIPTS[trouble]
            fault = script(size)
            self._scripted.append(Scripted(trouble, fault, fault.times))
            self._faults[service].add(fault)
        elif trouble in (Trouble.KILL, Trouble.PAUSE):
            self._struck[trouble] += 1
            await (self._kill(size) if trouble is Trouble.KILL else self._pause(size))
        elif self._there[trouble]():
            self._struck[trouble] += 1
            done = self._deal.get(trouble, lambda: None)()
            if done is not None:
                await done

    def heal(self) -> None:
        """Let nothing more go wrong."""
        for faults in self._faults.values():
            faults.clear()

    async def _kill(self, size: float) -> None:
        await self._process.kill()
        await asyncio.sleep(size)  # so long is nobody there
        await self._process.start()

    async def _pause(self, size: float) -> None:
        self._process.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(LONGEST_PAUSE * size)
        finally:
            self._process.signal(signal.SIGCONT)
