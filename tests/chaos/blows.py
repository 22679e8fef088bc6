"""Letting things go wrong in a sandbox, and beside it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping

from bridge_sandbox.demo.process import BridgeProcess
from bridge_sandbox.faults import Action, Fault, Faults
from bridge_sandbox.sandbox import Sandbox
from tests.chaos.plan import Blow, Trouble

LONGEST_PAUSE = 3.0
RETRY_AFTER = 1.0
MANY = 4
"""The most calls in a row that one blow spoils."""


class Blows:
    """Deals blows to one bridge and the services around it."""

    def __init__(self, sandbox: Sandbox, process: BridgeProcess, asked: Callable[[], Awaitable[None]]) -> None:
        """`asked` sends the events of somebody's last question on Slack once more."""
        self._sandbox = sandbox
        self._process = process
        slack, discord, chatbots = sandbox.slack, sandbox.discord, sandbox.vectorshift
        on_slack, on_discord, on_chatbots = "chat.*", "* /channels/*/messages*", "GET /chatbot*"
        self._deal: Mapping[Trouble, Callable[[float], Awaitable[None] | None]] = {
            Trouble.KILL: self._kill,
            Trouble.PAUSE: self._pause,
            Trouble.SLACK_DROP: lambda _: slack.drop_sockets(),
            Trouble.SLACK_REFRESH: lambda _: slack.refresh(),
            Trouble.SLACK_REDELIVERY: lambda _: asked(),
            Trouble.SLACK_LIMIT: lambda size: _limit(slack.faults, on_slack, size),
            Trouble.SLACK_DOWN: lambda size: _down(slack.faults, on_slack, size),
            Trouble.SLACK_CUT: lambda size: _cut(slack.faults, on_slack, size),
            Trouble.SLACK_SLOW: lambda size: slack.faults.add(
                Fault(on_slack, Action.DELAY, delay=2 * size, times=_times(size))
            ),
            Trouble.DISCORD_RESUME: lambda _: discord.drop_gateway(),
            Trouble.DISCORD_IDENTIFY: lambda _: discord.drop_gateway(resumable=False),
            Trouble.DISCORD_RECONNECT: lambda _: discord.reconnect(),
            Trouble.DISCORD_LIMIT: lambda size: _limit(discord.faults, on_discord, size),
            Trouble.DISCORD_DOWN: lambda size: _down(discord.faults, on_discord, size),
            Trouble.DISCORD_CUT: lambda size: _cut(discord.faults, on_discord, size),
            Trouble.CHATBOT_DROP: lambda _: chatbots.drop_connections(),
            Trouble.CHATBOT_CUT: lambda size: chatbots.faults.add(
                Fault("post_message", Action.DROP if size < 0.5 else Action.DROP_AFTER)
            ),
            Trouble.CHATBOT_DOWN: lambda size: _down(chatbots.faults, on_chatbots, size),
        }

    async def deal(self, blow: Blow) -> None:
        """Let it happen."""
        done = self._deal[blow.trouble](blow.size)
        if done is not None:
            await done

    def heal(self) -> None:
        """Let nothing more go wrong."""
        for service in (self._sandbox.slack, self._sandbox.discord, self._sandbox.vectorshift):
            service.faults.clear()

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


def _times(size: float) -> int:
    return 1 + int(size * MANY)


def _limit(faults: Faults, on: str, size: float) -> None:
    faults.add(Fault(on, status=429, retry_after=RETRY_AFTER, times=_times(size)))


def _down(faults: Faults, on: str, size: float) -> None:
    faults.add(Fault(on, status=503, times=_times(size)))


def _cut(faults: Faults, on: str, size: float) -> None:
    faults.add(Fault(on, Action.DROP if size < 0.5 else Action.DROP_AFTER, times=_times(size)))
