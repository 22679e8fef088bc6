from __future__ import annotations

from bridge import InstanceName, Surface
from bridge_slack import ids

SLACK = InstanceName("slack")


def test_a_thread_is_posted_to_below_its_root() -> None:
    place = ids.place(SLACK, "T", "C1", "2.0", "1.0", agent=False)
    assert ids.root(place.thread) == "1.0"


def test_the_top_level_is_posted_to_without_a_root() -> None:
    channel = ids.place(SLACK, "T", "C1", "2.0", None, agent=False).in_channel
    direct = ids.place(SLACK, "T", "D1", "2.0", None, agent=False).thread
    assert channel is not None
    assert channel.surface is Surface.CHANNEL
    assert ids.root(channel) is None
    assert ids.root(direct) is None


def test_a_root_that_names_itself_is_at_the_top() -> None:
    assert ids.place(SLACK, "T", "C1", "2.0", "2.0", agent=False) == ids.place(
        SLACK, "T", "C1", "2.0", None, agent=False
    )


def test_conversations_of_two_workspaces_are_never_the_same() -> None:
    one, two = (ids.place(SLACK, team, "D1", "2.0", None, agent=False).thread for team in ("T1", "T2"))
    assert one != two
