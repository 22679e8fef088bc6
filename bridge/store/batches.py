"""Statements over many rows at once, compiled once: doing that anew would cost more than the database does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, insert, literal_column, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ClauseElement

Row = tuple[str | int | None, ...]


def batch_of(names: Sequence[str]) -> Select[Any]:
    """Rows with these columns, and a `place` that counts them from 0; all of them are one bound value, `batch`."""
    items = func.json_each(bindparam("batch")).table_valued("key", "value")
    values = [
        func.json_extract(items.c.value, literal_column(f"'$[{index}]'")).label(name)
        for index, name in enumerate(names)
    ]
    return select(items.c.key.label("place"), *values)


class BatchQuery:
    """A statement over `batch_of` some columns."""

    def __init__(self, statement: ClauseElement) -> None:
        self._sql = str(statement.compile(dialect=sqlite.dialect()))

    def run(self, connection: Connection, rows: Sequence[Row]) -> Sequence[tuple[Any, ...]]:
        return _cursor(connection).execute(self._sql, (json.dumps(rows),)).fetchall()


class BatchInsert:
    """Inserts rows whose values stand in the order of `names`, not all of which are columns."""

    def __init__(self, table: Table, names: Sequence[str], **constants: str) -> None:
        """`constants` are the same in every row."""
        values: dict[str, Any] = {name: bindparam(name) for name in names if name in table.c}
        fixed: dict[str, Any] = {name: literal_column(f"'{value}'") for name, value in constants.items()}
        compiled = insert(table).values(values | fixed).compile(dialect=sqlite.dialect())
        self._sql = str(compiled)
        self._in_order = itemgetter(*map(names.index, compiled.positiontup or ()))

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        _cursor(connection).executemany(self._sql, list(map(self._in_order, rows)))


def _cursor(connection: Connection) -> sqlite3.Cursor:
    """The driver's own: nothing is left to be done between it and a statement that is compiled."""
    return cast("sqlite3.Cursor", connection.connection.cursor())
