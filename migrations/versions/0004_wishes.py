"""What people want of a turn that began: their question was changed or deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turns", sa.Column("wish", sa.String(), nullable=True))
    op.create_index(
        "ix_turns_wish",
        "turns",
        ["thread_id"],
        sqlite_where=sa.text("wish IS NOT NULL"),
        postgresql_where=sa.text("wish IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_turns_wish", table_name="turns")
    op.drop_column("turns", "wish")
