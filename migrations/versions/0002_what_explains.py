"""What explains a turn: its steps, and the deliveries that were duplicates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "steps",
        sa.Column("id", ID, nullable=False),
        sa.Column("turn_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        text("what"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_steps_turn_id")),
    )
    op.create_index("ix_steps_turn_id", "steps", ["turn_id"])
    op.create_table(
        "duplicates",
        *map(text, ("instance", "event_id", "workspace", "channel", "message", "kind")),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("instance", "event_id", name=op.f("pk_duplicates")),
    )
    op.create_index("ix_duplicates_message", "duplicates", ["message"])


def downgrade() -> None:
    op.drop_table("duplicates")
    op.drop_table("steps")
