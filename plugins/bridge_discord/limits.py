"""Discord's limits as numbers.

Documented are the size of a message, the 50 calls a second of the whole bot and the ten seconds of a typing indicator
(Discord: Create Message; Rate Limits; Trigger Typing Indicator). What a route takes is not documented: five in five
seconds per channel is what people observe, for posts and edits apart, and what each response says corrects it.
"""

from __future__ import annotations

from bridge import Budget, BudgetKey, Capabilities, Operation, Surface, ThreadRef, Unit

GLOBAL = BudgetKey("global")

BUDGETS = {
    "global": Budget(burst=50, rate=50, window=1.0),  # Discord: Rate Limits, Global Rate Limit
    "post": Budget(burst=5, rate=1.0),
    "edit": Budget(burst=5, rate=1.0),
    "delete": Budget(burst=5, rate=1.0),
    "activity": Budget(burst=5, rate=1.0),
    "open_thread": Budget(burst=5, rate=1.0),
    "history": Budget(burst=5, rate=1.0),
    "open_direct": Budget(burst=5, rate=0.1),  # Discord: Create DM warns of opening many, and gives no number
}

CAPABILITIES = Capabilities(
    part_size=2000,
    part_unit=Unit.CODE_POINTS,
    edit_seconds=None,
    edit_gap=0.25,
    activity_seconds=10.0,
    budgets=BUDGETS,
)


def room(thread: ThreadRef) -> str:
    """The channel whose limits count for a thread's messages: a Discord thread is a channel of its own."""
    return thread.channel if thread.surface is Surface.CHANNEL else thread.id


def budget_keys(operation: Operation, thread: ThreadRef) -> tuple[BudgetKey, ...]:
    """The buckets of a call. A file is posted as any message is."""
    name = Operation.POST.value if operation is Operation.UPLOAD else operation.value
    if name not in BUDGETS:
        return (GLOBAL,)
    scopes = {Operation.OPEN_THREAD: thread.channel, Operation.OPEN_DIRECT: ""}
    return GLOBAL, BudgetKey(name, scopes.get(operation, room(thread)))
