"""What the platform instances of one file must not do to each other."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.config.document import Document
from bridge.config.entry import PlatformEntry
from bridge.config.tables import Secret
from bridge.model import InstanceName


def check_together(document: Document, entries: Mapping[InstanceName, PlatformEntry]) -> None:
    """Note values that differ though a process has only one, and secrets that are the same."""
    first: dict[str, PlatformEntry] = {}
    secrets: dict[tuple[str, str, Secret], InstanceName] = {}
    for entry in entries.values():
        _check_process_wide(document, entry, first.setdefault(entry.type, entry))
        _check_secrets(document, entry, secrets)


def _check_process_wide(document: Document, entry: PlatformEntry, first: PlatformEntry) -> None:
    for key in type(entry.table).process_wide:
        if getattr(entry.table, key) != getattr(first.table, key):
            problem = f"differs from platforms.{first.name}.{key}"
            remedy = f"write the same value for all platforms of type {entry.type}: one process has one"
            document.mistake(("platforms", entry.name, key), problem, remedy)


def _check_secrets(
    document: Document, entry: PlatformEntry, secrets: dict[tuple[str, str, Secret], InstanceName]
) -> None:
    """Two instances of one bot would both answer every message."""
    for key, value in entry.table:
        if isinstance(value, Secret) and value.reveal():
            other = secrets.setdefault((entry.type, key, value), entry.name)
            if other != entry.name:
                problem = f"is the same as platforms.{other}.{key}: one bot would answer everything twice"
                remedy = "give it the token of another app or bot, or keep one of the two tables"
                document.mistake(("platforms", entry.name, key), problem, remedy)
