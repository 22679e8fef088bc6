"""Slack's limits as numbers. They hold per method and workspace. Slack: rate limits; markdown block; chat.update."""

from __future__ import annotations

from bridge import Budget, BudgetKey, Capabilities, Operation, Surface, ThreadRef, Unit

_TIER_2 = Budget(burst=5, rate=20 / 60)
_TIER_3 = Budget(burst=10, rate=50 / 60)
_TIER_4 = Budget(burst=20, rate=100 / 60)

CAPABILITIES = Capabilities(
    # A markdown block takes 12,000 characters, of which Slack does not say how it counts them: UTF-16 units are never
    # fewer than any other count of characters. The rest is room for the fallback text, which counts in the payload.
    part_size=11_000,
    part_unit=Unit.UTF16,
    edit_seconds=None,
    edit_gap=0.25,
    activity_seconds=120,
    budgets={
        "chat.postMessage": Budget(burst=3, rate=1),
        "chat.postMessage/workspace": Budget(burst=30, rate=5),
        "chat.update": _TIER_3,
        "chat.delete": _TIER_3,
        "chat.startStream": _TIER_2,
        "chat.appendStream": _TIER_4,
        "chat.stopStream": _TIER_2,
        "conversations.replies": _TIER_3,
        "conversations.history": _TIER_3,
        "users.conversations": _TIER_3,
        "conversations.open": _TIER_3,
        "files.getUploadURLExternal": _TIER_4,
        "files.completeUploadExternal": _TIER_4,
        "assistant.threads.setStatus": Budget(burst=10, rate=10),
    },
)

_METHODS = {
    Operation.EDIT: "chat.update",
    Operation.DELETE: "chat.delete",
    Operation.ACTIVITY: "assistant.threads.setStatus",
    Operation.CHANNELS: "users.conversations",
    Operation.OPEN_DIRECT: "conversations.open",
    Operation.STREAM_START: "chat.startStream",
    Operation.STREAM_APPEND: "chat.appendStream",
    Operation.STREAM_STOP: "chat.stopStream",
}


def budget_keys(operation: Operation, thread: ThreadRef) -> tuple[BudgetKey, ...]:
    """The buckets of an operation: posts count for the channel and for the workspace, the others for the workspace."""
    if operation is Operation.POST:
        channel = BudgetKey("chat.postMessage", f"{thread.workspace}/{thread.channel}")
        return (channel, BudgetKey("chat.postMessage/workspace", thread.workspace))
    if operation is Operation.UPLOAD:
        methods = "files.getUploadURLExternal", "files.completeUploadExternal"
        return tuple(BudgetKey(method, thread.workspace) for method in methods)
    if operation is Operation.HISTORY:
        name = "conversations.replies" if thread.surface is Surface.THREAD else "conversations.history"
        return (BudgetKey(name, thread.workspace),)
    method = _METHODS.get(operation)
    return (BudgetKey(method, thread.workspace),) if method else ()
