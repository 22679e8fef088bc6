"""Small facts: how far an instance is stored, what was told once, and how often something happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, literal_column, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from bridge.model import InstanceName, ThreadRef
from bridge.store.encoding import from_micros, optional_time, to_micros
from bridge.store.schema import EARLY, applied, counters, decisions, messages, reached, told

_FILE = "configuration"
CHANGES, PROBES = "changes", "probes"
"""What is counted: bindings that another process changed, and looks at whether the database can be written to."""
_CHANGES = select(counters.c.value).where(counters.c.name == CHANGES)


def set_reached(connection: Connection, instance: InstanceName, at: datetime, *, now: int) -> None:
    new = insert(reached).values(instance=instance, at=min(to_micros(at), now))
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["instance"],
            set_={"at": new.excluded["at"]},
            where=(new.excluded["at"] > reached.c["at"]) | (reached.c["at"] > now),
        )
    )


def early(connection: Connection, ref: ThreadRef) -> bool:
    place = {"instance": ref.instance, "workspace": ref.workspace, "channel": ref.channel, "thread": ref.id}
    which = (decisions.c[name] == value for name, value in place.items())
    query = select(decisions.c.id).where(*which, decisions.c.revision == literal_column(f"'{EARLY}'"))
    return connection.execute(query.limit(1)).first() is not None


def get_reached(connection: Connection, instance: InstanceName) -> datetime | None:
    return optional_time(connection.execute(select(reached.c["at"]).where(reached.c.instance == instance)).scalar())


_NEWEST = [
    select(column).where(table.c.instance == bindparam("instance")).order_by(table.c.id.desc()).limit(1)
    for table, column in ((messages, messages.c.sent_at), (decisions, decisions.c["at"]))
]


def newest(connection: Connection, instance: InstanceName) -> datetime | None:
    found = [connection.execute(query, {"instance": instance}).scalar() for query in _NEWEST]
    return optional_time(max((at for at in found if at is not None), default=None))


def tell_once(connection: Connection, ref: ThreadRef, kind: str, *, now: int) -> bool:
    new = insert(told).values(
        instance=ref.instance, workspace=ref.workspace, channel=ref.channel, thread=ref.id, kind=kind, at=now
    )
    return connection.execute(new.on_conflict_do_nothing()).rowcount == 1


def untell(connection: Connection, kinds: Sequence[str]) -> None:
    connection.execute(delete(told).where(told.c.kind.in_(kinds)))


def set_applied(connection: Connection, body: str, *, now: int) -> None:
    new = insert(applied).values(name=_FILE, at=now, body=body)
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"at": now, "body": body}))


def get_applied(connection: Connection) -> tuple[datetime, str] | None:
    row = connection.execute(select(applied.c["at"], applied.c.body).where(applied.c.name == _FILE)).one_or_none()
    return None if row is None else (from_micros(row[0]), row[1])


def changes(connection: Connection) -> int:
    return connection.execute(_CHANGES).scalar() or 0


def count(connection: Connection, name: str) -> None:
    first = insert(counters).values(name=name, value=1)
    connection.execute(first.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1}))
