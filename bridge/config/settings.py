"""The tables of the file that are the core's own: `[bridge]`, `[[routes]]`, and `provider` of a chatbot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bridge.config.durations import Duration
from bridge.config.tables import Secret, Table, read_secret
from bridge.route import OnDelete, OnEdit, ReplyIn, Show, Trigger, WhenBusy

_PASSWORD = re.compile(r"[^:/?#]+://[^/?#@]*:[^/?#]*@|[?&]password=", re.IGNORECASE)
_SQLITE = "sqlite:///"


def _database(value: object, info: ValidationInfo) -> Secret:
    """The address as a secret, since it may hold a password; a relative file is taken from the operator's file."""
    context: Mapping[str, Any] = info.context or {}
    if isinstance(value, str):
        if _PASSWORD.match(value):
            raise PydanticCustomError("secret_literal", "a password must not stand in the file itself")
        url = value
    else:
        url = read_secret(value, info).reveal()
        if not context.get("secrets", True):
            return Secret("")
    file, question, options = url.removeprefix(_SQLITE).partition("?")
    if not url.startswith(_SQLITE) or file in ("", ":memory:"):
        raise PydanticCustomError(
            "database", "the database must be an SQLite file", {"remedy": 'write database = "sqlite:///bridge.db"'}
        )
    return Secret(f"{_SQLITE}{Path(context.get('directory', '.'), file).absolute()}{question}{options}")


_Database = Annotated[
    Secret,
    BeforeValidator(_database),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^sqlite:///."},
                {"type": "object", "properties": {"env": {"type": "string"}}, "required": ["env"]},
                {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]},
            ]
        }
    ),
]
_Text = Annotated[str, StringConstraints(min_length=1)]
_Some = Annotated[tuple[_Text, ...], Field(min_length=1)]


def _ids(users: tuple[str, ...]) -> tuple[str, ...]:
    for user in users:
        if user.startswith(("@", "#", "<")):
            remedy = "copy the member ID from the person's profile: names can be changed by anybody"
            raise PydanticCustomError("user", '"{user}" is no user id', {"user": user, "remedy": remedy})
    return users


def _some_time(value: timedelta) -> timedelta:
    if not value:
        raise PydanticCustomError("duration", "must be more than nothing", {"remedy": 'write a time such as "12h"'})
    return value


_Users = Annotated[_Some, AfterValidator(_ids)]


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int


def _address(value: object) -> Address:
    host, colon, port = str(value).rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) < 2**16):
        remedy = 'write a host and a port, as in admin = "127.0.0.1:8080"'
        raise PydanticCustomError("address", "this is no address to listen on", {"remedy": remedy})
    return Address(host.strip("[]"), int(port))


_Address = Annotated[Address, PlainValidator(_address), WithJsonSchema({"type": "string", "pattern": "^.+:[0-9]+$"})]


class Settings(Table):
    """The settings of the whole program."""

    database: _Database = Field(default="sqlite:///bridge.db", validate_default=True)
    """Where conversations are kept: an SQLite file, or a reference to a variable or file that holds its address."""
    grace: Duration = timedelta(seconds=30)
    """How long replies may go on after the program was asked to stop; then the next start finishes them."""
    patience: Duration = timedelta(seconds=60)
    """How long a platform or chatbot service that is down is tried again before people are told."""
    backfill: Duration = timedelta(hours=24)
    """How far back a start looks for messages that were sent while the bridge was down; `"0s"` looks for none."""
    admin: _Address | None = None
    """Where `/health` and `/metrics` are served, as `"127.0.0.1:8080"`. Left out: nowhere. Whoever reaches the address
    can read them; `"0.0.0.0:8080"` lets other machines in."""
    unrouted: Literal["tell", "silent"] = "tell"
    """What somebody gets who addresses the bot where no route applies: one message per thread, or nothing."""
    retention: Duration = timedelta(days=30)
    """How long what people asked, and why something was not answered, is kept; a day at least, and as long as
    `backfill` reaches, for until then messages may come again. Sessions are kept at the chatbot service, answers on
    the platform."""
    plugins: tuple[_Text, ...] = ()
    """Plugins to load besides those that a `type` names, by the name of their entry point."""

    @property
    def database_url(self) -> str:
        """The database's address, with an absolute path. It may hold a password: never log it."""
        return self.database.reveal()


class LimitsTable(Table):
    """How much of something is enough."""

    parts: int = Field(default=20, ge=1)
    """Messages of one answer; the rest of a longer one follows as an attached file."""


class RouteTable(Table):
    """Which messages go to which chatbot. Routes are read top to bottom; the first that fits wins."""

    platform: str | None = None
    """The platform of this name, as in `[platforms.NAME]`. Left out: every one."""
    workspaces: _Some = ()
    """Slack workspaces or Discord servers, by id or name; `*` stands for any letters. Left out: every one.
    Direct messages there need `direct_messages = true`."""
    channels: _Some = ()
    """Channels by id or as `#name`, where `*` stands for any letters. A thread takes its channel's route."""
    direct_messages: bool | None = None
    """Whether it takes direct messages; `true` without `channels` takes only them. A route that names no place takes
    every channel and direct message; `false` keeps direct messages out of it."""
    users: _Users = ()
    """Who may talk to the bot there, by id. Left out: everyone."""
    not_users: _Users = ()
    """Who may not, by id."""
    chatbot: str
    """Who answers: the NAME of a `[chatbots.NAME]` table."""
    trigger: Trigger = Trigger.MENTION
    """What begins a conversation in a channel: a `mention` of the bot, or `all` messages."""
    reply_in: ReplyIn | None = None
    """Where answers to top-level messages go: into a `thread`, or the `channel`, where each question is a conversation
    of its own, continued by replying to the answer. Left out: a thread in channels; in direct messages as the
    platform does."""
    when_busy: WhenBusy = WhenBusy.BATCH
    """Messages that arrive while an answer is written: `batch` makes them one question, `queue` one each."""
    on_edit: OnEdit = OnEdit.REDO
    """What happens when somebody changes a question that is being answered, or was within the last 15 minutes: `redo`
    answers it anew in the same messages, `ignore` does nothing. One that still waits is asked as it stands then."""
    on_delete: OnDelete = OnDelete.RETRACT
    """What becomes of the answer when somebody deletes their question: `retract` deletes it too, `keep` leaves it as
    far as it is written."""
    show_author: bool = False
    """Puts the author's name before the question."""
    answer_within: Duration = timedelta(hours=6)
    """How old a question may be that was asked while the bridge was down: an older one is left alone."""
    show: tuple[Show, ...] = (Show.TOOLS,)
    """What is shown besides what the chatbot says: the `tools` that it uses, and its `thinking`."""
    limits: LimitsTable = LimitsTable()
    """`parts`: so many messages an answer may have, by default 20, before the rest follows as an attached file."""
    reset_after: Annotated[Duration, AfterValidator(_some_time)] | None = None
    """The idle time after which a thread starts a new session, such as `"12h"`. Left out: never."""

    @model_validator(mode="after")
    def _takes_somebody(self) -> Self:
        if self.users and set(self.users) <= set(self.not_users):
            raise ValueError("not_users takes away everybody whom users names")
        return self


class ChatbotLink(Table):
    """A hosted chatbot; its other keys are those of its provider."""

    provider: str | None = None
    """The provider of this name, as in `[providers.NAME]`. Left out: the only one."""
