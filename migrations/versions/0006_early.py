"""Messages that came before the one that begins their conversation: found again by their thread."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_decisions_early",
        "decisions",
        ["thread"],
        sqlite_where=sa.text("revision = 'early'"),
        postgresql_where=sa.text("revision = 'early'"),
    )


def downgrade() -> None:
    op.drop_index("ix_decisions_early", table_name="decisions")
