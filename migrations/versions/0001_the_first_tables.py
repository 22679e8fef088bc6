"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IDENTITY = ("instance", "event_id", "workspace", "channel", "message", "kind", "revision")


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def time(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def reference(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, ID, nullable=nullable)


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def foreign(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "threads",
        reference("id"),
        *map(text, ("instance", "workspace", "channel", "thread", "surface", "chatbot", "route", "asker")),
        time("created_at"),
        time("active_at"),
        key("threads", "id"),
        unique("threads", "instance", "workspace", "channel", "thread"),
    )
    op.create_table(
        "bindings",
        reference("id"),
        reference("thread_id"),
        text("chatbot"),
        text("session"),
        time("created_at"),
        number("sent"),
        text("last_seen", nullable=True),
        time("ended_at", nullable=True),
        text("reason"),
        key("bindings", "id"),
        foreign("bindings", "thread_id", "threads"),
    )
    index("ix_bindings_thread_id", "bindings", "thread_id")
    index("uq_bindings_current", "bindings", "thread_id", where="ended_at IS NULL", unique=True)
    op.create_table(
        "turns",
        reference("id"),
        reference("thread_id"),
        reference("binding_id"),
        text("state"),
        text("reason"),
        number("attempts"),
        time("created_at"),
        time("asked_at"),
        time("ended_at", nullable=True),
        text("waiting_kind", nullable=True),
        time("waiting_until", nullable=True),
        key("turns", "id"),
        foreign("turns", "thread_id", "threads"),
        foreign("turns", "binding_id", "bindings"),
    )
    index("ix_turns_thread_id", "turns", "thread_id")
    index("uq_turns_unfinished", "turns", "thread_id", where="ended_at IS NULL", unique=True)
    op.create_table(
        "messages",
        reference("id"),
        *map(text, IDENTITY),
        reference("thread_id"),
        reference("turn_id", nullable=True),
        *map(text, ("state", "reason", "chatbot", "route")),
        time("sent_at"),
        time("stored_at"),
        sa.Column("body", sa.Text(), nullable=False),
        key("messages", "id"),
        unique("messages", "event_id", "instance"),
        unique("messages", "message", "channel", "workspace", "instance", "kind", "revision"),
        foreign("messages", "thread_id", "threads"),
        foreign("messages", "turn_id", "turns"),
    )
    index("ix_messages_waiting", "messages", "thread_id", "sent_at", where="state = 'accepted'")
    index("ix_messages_turn_id", "messages", "turn_id", where="turn_id IS NOT NULL")
    op.create_table(
        "decisions",
        reference("id"),
        *map(text, IDENTITY),
        text("thread", nullable=True),
        text("reason"),
        text("route", nullable=True),
        time("at"),
        key("decisions", "id"),
        unique("decisions", "event_id", "instance"),
        unique("decisions", "message", "channel", "workspace", "instance", "kind", "revision"),
    )
    op.create_table(
        "parts",
        reference("turn_id"),
        number("number"),
        text("state"),
        text("marker"),
        text("message", nullable=True),
        key("parts", "turn_id", "number"),
        foreign("parts", "turn_id", "turns"),
    )
    index("ix_parts_message", "parts", "message")
    told = ("instance", "workspace", "channel", "thread", "kind")
    op.create_table("told", *map(text, told), time("at"), key("told", *told))
    op.create_table(
        "cursors", *map(text, ("instance", "channel", "message")), time("at"), key("cursors", "instance", "channel")
    )
    op.create_table("counters", text("name"), time("value"), key("counters", "name"))


def downgrade() -> None:
    for table in ("counters", "cursors", "told", "parts", "decisions", "messages", "turns", "bindings", "threads"):
        op.drop_table(table)
