"""Small facts: how far a channel was read, what was told once, and how often others changed something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from bridge.model import ChannelId, InstanceName, MessageId, ThreadRef
from bridge.store.encoding import to_micros
from bridge.store.schema import counters, cursors, told

_CHANGES = select(counters.c.value).where(counters.c.name == "changes")


def set_cursor(
    connection: Connection, instance: InstanceName, channel: ChannelId, message: MessageId, at: datetime
) -> None:
    new = insert(cursors).values(instance=instance, channel=channel, message=message, at=to_micros(at))
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["instance", "channel"],
            set_={"message": new.excluded.message, "at": new.excluded["at"]},
            where=new.excluded["at"] >= cursors.c["at"],
        )
    )


def of_instance(connection: Connection, instance: InstanceName) -> Mapping[ChannelId, MessageId]:
    query = select(cursors.c.channel, cursors.c.message).where(cursors.c.instance == instance)
    return {ChannelId(channel): MessageId(message) for channel, message in connection.execute(query)}


def tell_once(connection: Connection, ref: ThreadRef, kind: str, *, now: int) -> bool:
    new = insert(told).values(
        instance=ref.instance, workspace=ref.workspace, channel=ref.channel, thread=ref.id, kind=kind, at=now
    )
    return connection.execute(new.on_conflict_do_nothing()).rowcount == 1


def changes(connection: Connection) -> int:
    return connection.execute(_CHANGES).scalar() or 0


def count_change(connection: Connection) -> None:
    first = insert(counters).values(name="changes", value=1)
    connection.execute(first.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1}))
