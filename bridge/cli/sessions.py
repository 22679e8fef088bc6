"""`bridge sessions`: which thread talks to which session of a chatbot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.database import CONFIG, AsJson, ConfigPath, with_store

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.store import BindingHistory, Store, ThreadRow, TurnRow

app = typer.Typer(name="sessions", help="List, show, reset and attach chatbot sessions.", no_args_is_help=True)

ThreadName = Annotated[str, typer.Argument(metavar="THREAD", help="Its number in the list, or the platform's own id.")]


@app.command("list")
def list_(
    config: ConfigPath = CONFIG,
    limit: Annotated[int, typer.Option(min=1, help="How many, the latest first.")] = 50,
    platform: Annotated[str | None, typer.Option(help="Only threads of this platform.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the threads with their sessions."""
    from bridge.model import InstanceName

    instance = None if platform is None else InstanceName(platform)
    rows = with_store(config, lambda store: store.overview.sessions(limit, instance))
    if as_json:
        _print_json([_thread_facts(row) for row in rows])
        return
    if not rows:
        typer.echo("there is no conversation yet")
        return
    heads = ("THREAD", "PLATFORM", "CHANNEL", "PLATFORM'S ID", "CHATBOT", "SESSION", "SENT", "ACTIVE")
    _print_table([heads, *(_line(row) for row in rows)])


@app.command()
def show(thread: ThreadName, config: ConfigPath = CONFIG, as_json: AsJson = False) -> None:
    """Show a thread: its sessions, present and past, and its latest turns."""

    async def read(store: Store) -> tuple[ThreadRow, list[BindingHistory], list[TurnRow]]:
        row = await _the_one(store, thread)
        return row, [*await store.overview.session_history(row.id)], [*await store.overview.turns(row.id)]

    row, history, turns = with_store(config, read)
    sessions, latest = [_session_facts(item) for item in history], [_turn_facts(turn) for turn in turns]
    if as_json:
        _print_json({**_thread_facts(row), "sessions": sessions, "turns": latest})
        return
    for name, value in _thread_facts(row).items():
        typer.echo(f"{name:<10}{_text(value)}")
    for title, facts in (("sessions", sessions), ("turns", latest)):
        typer.echo(f"\n{title}: {'' if facts else 'none'}".rstrip())
        if facts:
            _print_table([tuple(facts[0]), *(tuple(map(_text, fact.values())) for fact in facts)])


@app.command()
def reset(thread: ThreadName, config: ConfigPath = CONFIG) -> None:
    """Let the thread's next message start a new session. The chatbot forgets what was said; the thread does not."""

    async def change(store: Store) -> ThreadRow:
        row = await _the_one(store, thread)
        await store.bindings.unbind(row.id, "reset by the operator")
        return row

    row = with_store(config, change)
    ended = f"the session {row.binding.session} ended; " if row.binding else ""
    typer.echo(f"thread {row.id}: {ended}the next message starts a new one")


@app.command()
def attach(
    thread: ThreadName,
    session: Annotated[str, typer.Argument(metavar="SESSION_ID", help="A session of the thread's chatbot.")],
    config: ConfigPath = CONFIG,
) -> None:
    """Tie the thread to a session that exists already at the chatbot service."""
    from bridge.model import SessionId

    async def change(store: Store) -> ThreadRow:
        row = await _the_one(store, thread)
        await store.bindings.bind(row.id, row.chatbot, SessionId(session), ended="another was attached by the operator")
        return row

    row = with_store(config, change)
    typer.echo(f"thread {row.id}: its next message goes to the session {session} of {row.chatbot}")


@app.command()
def erase(
    user: Annotated[str, typer.Option(help="The person's id on the platform.")],
    platform: Annotated[str | None, typer.Option(help="Only on this platform.")] = None,
    config: ConfigPath = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Erase what a person wrote, and their name, from the database.

    What they wrote stays on the platform and in the sessions of the chatbot service: erase it there too.
    """
    from bridge.model import InstanceName, UserId

    instance = None if platform is None else InstanceName(platform)
    done = with_store(config, lambda store: store.forgetting.erase(UserId(user), instance))
    if as_json:
        _print_json({"erased": done.erased, "left": done.left})
    else:
        typer.echo(f"{done.erased} messages of {user} were erased")
    if done.left:
        typer.echo(f"{done.left} are being answered right now and were left: call this again in a minute", err=True)
        raise typer.Exit(1)


async def _the_one(store: Store, name: str) -> ThreadRow:
    from bridge.errors import StoreError

    match await store.overview.find_threads(name):
        case [row]:
            return row
        case []:
            raise StoreError(f"there is no thread {name}; `bridge sessions list` shows those there are")
        case rows:
            raise StoreError(f"several threads are called {name}: {', '.join(str(row.id) for row in rows)}; say which")


def _thread_facts(row: ThreadRow) -> dict[str, Any]:
    return {
        "thread": row.id,
        "platform": row.ref.instance,
        "workspace": row.ref.workspace,
        "channel": row.ref.channel,
        "id": row.ref.id,
        "chatbot": row.chatbot,
        "route": row.route,
        "session": row.binding.session if row.binding else None,
        "sent": row.binding.sent if row.binding else 0,
        "created": row.created_at.isoformat(),
        "active": row.active_at.isoformat(),
    }


def _session_facts(item: BindingHistory) -> dict[str, Any]:
    return {
        "session": item.binding.session,
        "chatbot": item.binding.chatbot,
        "sent": item.binding.sent,
        "created": item.binding.created_at.isoformat(),
        "ended": None if item.ended_at is None else item.ended_at.isoformat(),
        "reason": item.reason,
    }


def _turn_facts(turn: TurnRow) -> dict[str, Any]:
    return {
        "turn": turn.id,
        "state": turn.state.value,
        "messages": len(turn.messages),
        "parts": len(turn.parts),
        "attempts": turn.attempts,
        "asked": turn.asked_at.isoformat(),
        "ended": None if turn.ended_at is None else turn.ended_at.isoformat(),
        "reason": turn.reason,
    }


def _line(row: ThreadRow) -> tuple[str, ...]:
    session, sent = (row.binding.session, str(row.binding.sent)) if row.binding else ("-", "-")
    return (
        str(row.id),
        row.ref.instance,
        row.ref.channel,
        row.ref.id,
        row.chatbot,
        session,
        sent,
        _time(row.active_at),
    )


def _time(time: datetime) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M")


def _text(value: object) -> str:
    return "-" if value in {None, ""} else str(value)


def _print_table(rows: list[tuple[str, ...]]) -> None:
    """Columns as wide as they need to be: ids are there to be copied."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _print_json(value: object) -> None:
    import json

    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
