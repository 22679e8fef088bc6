"""How far each platform instance is stored: one time, instead of a message in each channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("cursors")
    op.create_table(
        "reached",
        sa.Column("instance", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("instance", name=op.f("pk_reached")),
    )


def downgrade() -> None:
    op.drop_table("reached")
    op.create_table(
        "cursors",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("instance", "channel", "message")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("instance", "channel", name=op.f("pk_cursors")),
    )
