"""The tables. Times are whole microseconds since 1970 in UTC; `body` is a message as JSON.

Every change here comes with a migration, and with its revision at the end of `REVISIONS`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every revision that a database may have, oldest first; the last is what this program works with."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is called INTEGER, which holds 64 bits there.
Id = BigInteger().with_variant(Integer(), "sqlite")
Time = BigInteger


def _partial(name: str, *columns: ColumnElement[Any], where: str, unique: bool = False) -> Index:
    """An index on the few rows that are still open, however many are closed."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def _identity() -> list[Column[str]]:
    """What makes an event the same event when it is delivered again."""
    names = ("instance", "event_id", "workspace", "channel", "message", "kind", "revision")
    return [Column(name, String, nullable=False) for name in names]


def _unique_identity() -> list[UniqueConstraint]:
    # The most telling columns come first: both indexes also serve the look-ups by those alone.
    return [
        UniqueConstraint("event_id", "instance"),
        UniqueConstraint("message", "channel", "workspace", "instance", "kind", "revision"),
    ]


threads = Table(
    "threads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("instance", String, nullable=False),
    Column("workspace", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("surface", String, nullable=False),
    Column("chatbot", String, nullable=False),
    Column("route", String, nullable=False),
    Column("asker", String, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("active_at", Time, nullable=False),
    UniqueConstraint("instance", "workspace", "channel", "thread"),
)

bindings = Table(
    "bindings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("thread_id", Id, ForeignKey("threads.id"), nullable=False, index=True),
    Column("chatbot", String, nullable=False),
    Column("session", String, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("last_seen", String),
    Column("ended_at", Time),
    Column("reason", String, nullable=False),
)
_partial("uq_bindings_current", bindings.c.thread_id, where="ended_at IS NULL", unique=True)

turns = Table(
    "turns",
    metadata,
    Column("id", Id, primary_key=True),
    Column("thread_id", Id, ForeignKey("threads.id"), nullable=False, index=True),
    Column("binding_id", Id, ForeignKey("bindings.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("asked_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("waiting_kind", String),
    Column("waiting_until", Time),
    Column("wish", String),
)
_partial("ix_turns_wish", turns.c.thread_id, where="wish IS NOT NULL")
_partial("uq_turns_unfinished", turns.c.thread_id, where="ended_at IS NULL", unique=True)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    *_identity(),
    Column("thread_id", Id, ForeignKey("threads.id"), nullable=False),
    Column("turn_id", Id, ForeignKey("turns.id")),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("chatbot", String, nullable=False),
    Column("route", String, nullable=False),
    Column("sent_at", Time, nullable=False),
    Column("stored_at", Time, nullable=False),
    Column("body", Text, nullable=False),
    *_unique_identity(),
)
_partial("ix_messages_waiting", messages.c.thread_id, messages.c.sent_at, where="state = 'accepted'")
is_waiting = messages.c.state == literal_column("'accepted'")
"""Written out and not bound, for only so does the planner see that the index of waiting messages serves."""
_partial("ix_messages_turn_id", messages.c.turn_id, where="turn_id IS NOT NULL")

decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True),
    *_identity(),
    Column("thread", String),
    Column("reason", String, nullable=False),
    Column("route", String),
    Column("at", Time, nullable=False),
    *_unique_identity(),
)

EARLY = "early"
"""The revision of decisions about messages that came before the one which begins their conversation, if any does."""
_partial("ix_decisions_early", decisions.c.thread, where=f"revision = '{EARLY}'")

parts = Table(
    "parts",
    metadata,
    Column("turn_id", Id, ForeignKey("turns.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False),
    Column("marker", String, nullable=False),
    Column("message", String, index=True),
)

steps = Table(
    "steps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("turn_id", Id, ForeignKey("turns.id"), nullable=False, index=True),
    Column("at", Time, nullable=False),
    Column("what", String, nullable=False),
    Column("text", Text, nullable=False),
)

duplicates = Table(
    "duplicates",
    metadata,
    Column("instance", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("message", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("times", Integer, nullable=False),
    Column("at", Time, nullable=False),
    Index("ix_duplicates_message", "message"),
)
"""Deliveries of events that were stored already; `at` is when the last one came."""

told = Table(
    "told",
    metadata,
    Column("instance", String, primary_key=True),
    Column("workspace", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("thread", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("at", Time, nullable=False),
)

reached = Table(
    "reached",
    metadata,
    Column("instance", String, primary_key=True),
    Column("at", Time, nullable=False),
)
"""Everything that was sent on an instance until then is stored."""

applied = Table(
    "applied",
    metadata,
    Column("name", String, primary_key=True),
    Column("at", Time, nullable=False),
    Column("body", Text, nullable=False),
)
"""What the running process uses, or the last one used: under "configuration" the operator's file, without secrets."""

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("at", Time, nullable=False),
)
"""Which process may answer, since when, and how many had the lease until now."""

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
