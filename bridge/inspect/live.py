"""Whether what a configuration names is really there: tokens, permissions, channels, chatbots."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any

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
from bridge.inspect.describe import named_channels
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


async def look(config: Config, clock: Clock) -> AsyncIterator[Finding]:
    """Ask every platform and fetch every chatbot, all at once; findings come in the order of the file.

    Takes no event and posts nothing. Raises nothing: every failure is a Finding.
    """
    providers = {name: _Lazy(config, name, clock) for name in config.providers}
    subjects: list[tuple[str, Coroutine[Any, Any, None], list[Finding]]] = []
    for entry in config.platforms.values():
        findings: list[Finding] = []
        work = _look_at_platform(entry, named_channels(config, entry.name), clock, findings)
        subjects.append((f"platforms.{entry.name}", work, findings))
    for chatbot in config.chatbots.values():
        findings = []
        work = _look_at_chatbot(chatbot, providers[chatbot.provider], findings)
        subjects.append((f"chatbots.{chatbot.name}", work, findings))
    tasks = [asyncio.create_task(_contained(*subject, clock)) for subject in subjects]
    try:
        for task, (_, _, findings) in zip(tasks, subjects, strict=True):
            await task
            for finding in findings:
                yield finding
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for provider in providers.values():
            await provider.close()


async def _contained(about: str, work: Coroutine[Any, Any, None], findings: list[Finding], clock: Clock) -> None:
    try:
        await within(clock, PATIENCE, work)
    except TimeoutError:
        remedy = "look at the network, and at the addresses in this table"
        findings.append(Finding(about, False, f"no answer within {PATIENCE:.0f} s", remedy))
    except BridgeError as error:
        findings.append(Finding(about, False, str(error), _remedy(error)))
    except Exception as error:  # noqa: BLE001 - a plugin's fault is a finding about its own table only
        findings.append(Finding(about, False, f"{type(error).__name__}: {error}", "this is a fault in its plugin"))


async def _look_at_platform(entry: PlatformEntry, channels: list[str], clock: Clock, findings: list[Finding]) -> None:
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


async def _look_at_chatbot(entry: ChatbotEntry, provider: _Lazy, findings: list[Finding]) -> None:
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
