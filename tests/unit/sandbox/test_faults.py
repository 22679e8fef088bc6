"""Scripted faults apply to the calls they name, as often as they say."""

from __future__ import annotations

from bridge_sandbox.faults import Action, Fault, Faults


def test_applies_as_often_as_it_says() -> None:
    faults = Faults()
    faults.add(Fault("chat.update", status=503, times=2))

    taken = [faults.take("chat.update") for _ in range(3)]

    assert [fault and fault.status for fault in taken] == [503, 503, None]


def test_matches_names_as_globs() -> None:
    faults = Faults()
    faults.add(Fault("PATCH /channels/*", Action.DROP_AFTER))

    assert faults.take("POST /channels/1/messages") is None
    fault = faults.take("PATCH /channels/1/messages/2")
    assert fault is not None
    assert fault.action is Action.DROP_AFTER


def test_takes_them_in_order() -> None:
    faults = Faults()
    faults.add(Fault("*", status=500))
    faults.add(Fault("chat.*", status=429, retry_after=3))

    assert [fault.status for fault in (faults.take("chat.update"), faults.take("chat.update")) if fault] == [500, 429]


def test_clear_lets_everything_through() -> None:
    faults = Faults()
    faults.add(Fault("*", times=100))

    faults.clear()

    assert faults.take("chat.update") is None
