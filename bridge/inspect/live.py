"""Whether what a configuration names is really there: tokens, permissions, channels, chatbots."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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
from bridge.inspect.findings import Finding, Findings, named_channels, settle
from bridge.log import redact
from bridge.platform import BudgetKey, Checks, Platform, PlatformContext
from bridge.plugins import resolve

PATIENCE = 30.0
"""Seconds for everything that is looked at on one platform, or for one chatbot."""


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
        for finding in settle(config, [finding for task in platforms for finding in await task]):
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
        findings.append(Finding(about, False, redact(str(error)), _remedy(error)))
    except Exception as error:  # noqa: BLE001 - a plugin's fault is a finding about its own table only
        what = redact(f"{type(error).__name__}: {error}")
        findings.append(Finding(about, False, what, "this is a fault in its plugin"))
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
