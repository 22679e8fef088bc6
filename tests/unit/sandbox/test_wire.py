"""The wire keeps the newest traffic and tells whoever listens."""

from __future__ import annotations

from bridge_sandbox.wire import Direction, Traffic, Wire


def test_keeps_the_newest() -> None:
    wire = Wire(keep=2)

    for kind in ("one", "two", "three"):
        wire.record("slack", Direction.TO_BRIDGE, kind)

    assert [item.kind for item in wire.recent] == ["two", "three"]


def test_tells_listeners_until_they_stop() -> None:
    wire = Wire()
    heard: list[Traffic] = []
    unlisten = wire.listen(heard.append)

    wire.record("discord", Direction.FROM_BRIDGE, "IDENTIFY", "hello", {"op": 2})
    unlisten()
    wire.record("discord", Direction.TO_BRIDGE, "READY")

    assert [(item.service, item.direction, item.kind, item.summary, item.data) for item in heard] == [
        ("discord", Direction.FROM_BRIDGE, "IDENTIFY", "hello", {"op": 2})
    ]
