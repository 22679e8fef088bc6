"""Run by alembic: with the connection of the program, or with the URL that the command line names (`-x url=…`)."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from bridge.store.schema import metadata


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite changes a column only by copying its table
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as opened:
        run(opened)
