"""Whether what a configuration names is really there: tokens, permissions, channels, chatbots."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from bridge.chatbot import Provider, ProviderContext
from bridge.clock import Clock, within
from bridge.config import ChatbotEntry, Config, PlatformEntry
from bridge.errors import (
    BridgeError,
    ChatbotBusy,
    ChatbotNotFound,
    ChatbotUnauthorized,
    ChatbotUnavailable,
)
from bridge.platform import BudgetKey, Checks, Platform, PlatformContext
from bridge.plugins import resolve

PATIENCE = 30.0
"""Seconds for everything that is looked at on one platform, or for one chatbot."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `bridge check --live`. `about` is the dotted key of the table; `remedy` is empty when all is well."""

    about: str
    ok: bool
    what: str
    remedy: str = ""
    needed: bool = True
    """False for a channel that is not there, but on another platform that the same route is for."""


Findings = list[Finding]


def failed(finding: Finding) -> bool:
    """Whether something has to be done about it."""
    return finding.needed and not finding.ok


async def look(config: Config, clock: Clock) -> AsyncIterator[Finding]:
    """Ask every platform and fetch every chatbot, all at once; findings come in the order of the file.

    Takes no event and posts nothing. Raises nothing: every failure is a Finding.
    """
    providers = {name: _Lazy(config, name, clock) for name in config.providers}
    platforms, chatbots = [], []
    for entry in config.platforms.values():
        channels = list(named_channels(config, entry.name))
        platforms.append(_begin(f"platforms.{entry.name}", partial(_ask_platform, entry, channels, clock), clock))
    for chatbot in config.chatbots.values():
        work = partial(_fetch_chatbot, chatbot, providers[chatbot.provider])
        chatbots.append(_begin(f"chatbots.{chatbot.name}", work, clock))
    try:
        for finding in _settle(config, [finding for task in platforms for finding in await task]):
            yield finding
        for task in chatbots:
            for finding in await task:
                yield finding
    finally:
        for task in (*platforms, *chatbots):
            task.cancel()
        await asyncio.gather(*platforms, *chatbots, return_exceptions=True)
        for provider in providers.values():
            await provider.close()


def named_channels(config: Config, platform: str) -> dict[str, bool]:
    """The ids and `#names` that routes for this platform name, without patterns; whether one is for it alone."""
    found: dict[str, bool] = {}
    for route in config.routes:
        if route.platform in (None, platform):
            for channel in route.channels:
                if not re.search(r"[*?\[]", channel):
                    found[channel] = found.get(channel, False) or route.platform == platform
    return found


def _settle(config: Config, findings: Findings) -> Findings:
    """A channel of a route for every platform need not be on all of them."""
    settled = []
    there = {_channel(config, finding) for finding in findings if finding.ok}
    for finding in findings:
        channel = _channel(config, finding)
        own = channel is not None and named_channels(config, finding.about.partition(".")[2])[channel]
        elsewhere = not finding.ok and channel is not None and not own and channel in there
        settled.append(replace(finding, needed=not elsewhere))
    return settled


def _channel(config: Config, finding: Finding) -> str | None:
    """The channel that a finding about a platform is about."""
    for channel in named_channels(config, finding.about.partition(".")[2]):
        if re.search(rf"(?<!\S){re.escape(channel)}(?![\w-])", finding.what):
            return channel
    return None


def _begin(about: str, work: Callable[[Findings], Awaitable[None]], clock: Clock) -> asyncio.Task[Findings]:
    return asyncio.create_task(_contained(about, work, clock))


async def _contained(about: str, work: Callable[[Findings], Awaitable[None]], clock: Clock) -> Findings:
    findings: Findings = []
    try:
        await within(clock, PATIENCE, work(findings))
    except TimeoutError:
        remedy = "look at the network, and at the addresses in this table"
        findings.append(Finding(about, False, f"no answer within {PATIENCE:.0f} s", remedy))
    except BridgeError as error:
        findings.append(Finding(about, False, str(error), _remedy(error)))
    except Exception as error:  # noqa: BLE001 - a plugin's fault is a finding about its own table only
        findings.append(Finding(about, False, f"{type(error).__name__}: {error}", "this is a fault in its plugin"))
    return findings


async def _ask_platform(entry: PlatformEntry, channels: list[str], clock: Clock, findings: Findings) -> None:
    context = PlatformContext(entry.name, clock, _observe, _health)
    adapter: Platform = resolve(entry.spec.factory)(entry.table, context)
    about = f"platforms.{entry.name}"
    try:
        if not isinstance(adapter, Checks):
            findings.append(Finding(about, True, f"type {entry.type} has nothing to check"))
            return
        async for check in adapter.check(channels):
            finding = Finding(about, check.ok, check.what, check.remedy)
            findings.append(finding)  # one by one: what was found before a failure counts
    finally:
        await adapter.close()


async def _fetch_chatbot(entry: ChatbotEntry, provider: _Lazy, findings: Findings) -> None:
    chatbot = await provider.get().fetch(entry.table)
    what = f"{chatbot.name} found at {entry.provider} (id {chatbot.id})"
    findings.append(Finding(f"chatbots.{entry.name}", True, what))


class _Lazy:
    """A provider that is made when first asked for, so that one that cannot be made fails its chatbots only."""

    def __init__(self, config: Config, name: str, clock: Clock) -> None:
        self._entry = config.providers[name]
        self._context = ProviderContext(name, clock)
        self._provider: Provider | None = None

    def get(self) -> Provider:
        if self._provider is None:
            provider: Provider = resolve(self._entry.spec.factory)(self._entry.table, self._context)
            self._provider = provider
        return self._provider

    async def close(self) -> None:
        if self._provider is not None:
            await self._provider.close()


def _observe(
    key: BudgetKey,
    *,
    limit: float | None = None,
    remaining: float | None = None,
    reset_after: float | None = None,
    completed_at: float,
) -> None:
    """Nobody plans calls by these limits: each thing is looked at once."""


def _health(state: str, reason: str = "") -> None:
    """The findings say it."""


def _remedy(error: BridgeError) -> str:
    match error:
        case ChatbotUnauthorized():
            return "look at the key of its provider: is it right, and may it use this chatbot?"
        case ChatbotNotFound():
            return "look at name, id, kind and owner in this table"
        case ChatbotBusy():
            return "try again in a minute"
        case ChatbotUnavailable():
            return "look at the network and the address of its provider, or try again later"
    return ""
