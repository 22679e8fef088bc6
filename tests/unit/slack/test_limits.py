from __future__ import annotations

import pytest

from bridge import ChannelId, InstanceName, Operation, Surface, ThreadId, ThreadRef, WorkspaceId
from bridge_sandbox.slack.limits import REALISTIC
from bridge_slack.limits import CAPABILITIES, budget_keys


def thread(channel: str, surface: Surface = Surface.THREAD) -> ThreadRef:
    return ThreadRef(InstanceName("slack"), WorkspaceId("T1"), ChannelId(channel), ThreadId("1.0"), surface)


def test_posts_count_for_the_channel_and_for_the_workspace() -> None:
    one, two = budget_keys(Operation.POST, thread("C1")), budget_keys(Operation.POST, thread("C2"))
    assert one[0] != two[0]
    assert one[1] == two[1]


def test_edits_count_for_the_workspace_only() -> None:
    assert budget_keys(Operation.EDIT, thread("C1")) == budget_keys(Operation.EDIT, thread("C2"))


def test_a_look_up_spends_the_method_that_it_calls() -> None:
    assert budget_keys(Operation.HISTORY, thread("C1"))[0].name == "conversations.replies"
    assert budget_keys(Operation.HISTORY, thread("D1", Surface.DIRECT))[0].name == "conversations.history"


@pytest.mark.parametrize("name", sorted(CAPABILITIES.budgets.keys() & REALISTIC.keys()))
def test_no_budget_asks_for_more_than_slack_gives(name: str) -> None:
    ours, slacks = CAPABILITIES.budgets[name], REALISTIC[name]
    assert ours.burst <= slacks.burst
    assert ours.rate * 60 <= slacks.per_minute + 1e-9
