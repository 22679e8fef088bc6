"""The accounts at chatbot services: made as the file says, replaced by its edits, closed after their last turn.

A turn works to its end with the providers and chatbots of the file as it was when the turn began.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bridge.chatbot import Provider, ProviderContext
from bridge.chatbots import Chatbots, Source
from bridge.clock import Clock
from bridge.condition import Conditions, State
from bridge.config import Config, ProviderEntry
from bridge.plugins import resolve

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """One provider, and the table that it was made from."""

    entry: ProviderEntry
    provider: Provider


class Accounts:
    """All providers of the operator's file and of the turns that began before its last edit."""

    def __init__(self, clock: Clock, conditions: Conditions, made: Callable[[object], None] = lambda _: None) -> None:
        """`made` is told of each provider before it is used."""
        self._clock = clock
        self._conditions = conditions
        self._made = made
        self._accounts: dict[str, Account] = {}
        self._names: frozenset[str] = frozenset()
        self._chatbots = Chatbots({}, self._note)
        self._turns: Counter[Chatbots] = Counter()
        self._left: list[Account] = []
        """Those that the file names no longer, and some turn may still need."""
        self._closing: set[asyncio.Task[None]] = set()

    def apply(self, config: Config) -> None:
        """Have what the file says from the next turn on. What did not change stays as it is, and connected.

        A provider that cannot be made leaves only its own chatbots without an answer.
        """
        before, self._accounts = self._accounts, {}
        for name, entry in config.providers.items():
            known = before.get(name)
            account = known if known is not None and known.entry == entry else self._make(entry)
            if account is not None:
                self._accounts[name] = account
        kept = [account.provider for account in self._accounts.values()]
        self._left += [account for account in before.values() if account.provider not in kept]
        for name in self._names - config.providers.keys() - before.keys():
            self._conditions.forget("provider", name)
        self._names = frozenset(config.providers)
        sources = {
            name: Source(entry.provider, self._accounts[entry.provider].provider, entry.table)
            for name, entry in config.chatbots.items()
            if entry.provider in self._accounts
        }
        self._chatbots = Chatbots(sources, self._note, names=config.chatbots.keys(), earlier=self._chatbots)
        self._close_left()

    @contextmanager
    def in_use(self) -> Iterator[Chatbots]:
        """The chatbots for one turn: whatever is edited meanwhile, they stay usable until the block ends."""
        chatbots = self._chatbots
        self._turns[chatbots] += 1
        try:
            yield chatbots
        finally:
            self._turns[chatbots] -= 1
            if not self._turns[chatbots]:
                del self._turns[chatbots]
                self._close_left()

    async def close(self) -> None:
        """Release everything, after the last turn."""
        while self._closing:
            await asyncio.wait(self._closing)
        for account in [*self._left, *self._accounts.values()]:
            await account.provider.close()
        self._left.clear()
        self._accounts.clear()

    def _make(self, entry: ProviderEntry) -> Account | None:
        try:
            provider: Provider = resolve(entry.spec.factory)(entry.table, ProviderContext(entry.name, self._clock))
            self._made(provider)
        except Exception as error:  # noqa: BLE001 - a plugin's defect must not reach the others
            log.error("provider.failed", provider=entry.name, error=type(error).__name__, reason=str(error))
            self._conditions.note("provider", entry.name, State.DOWN, str(error))
            return None
        self._conditions.note("provider", entry.name, State.UP)
        return Account(entry, provider)

    def _note(self, source: Source, state: State, reason: str) -> None:
        """What a turn learned of a provider; of one that the file has replaced, it says nothing of the new one."""
        account = self._accounts.get(source.name)
        if account is not None and account.provider is source.provider:
            self._conditions.note("provider", source.name, state, reason)

    def _close_left(self) -> None:
        """Close those that no turn needs."""
        needed = [provider for chatbots in self._turns for provider in chatbots.providers]
        for account in [account for account in self._left if account.provider not in needed]:
            self._left.remove(account)
            if account.entry.name not in self._names:
                self._conditions.forget("provider", account.entry.name)
            closing = asyncio.create_task(account.provider.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
