"""What a platform adapter may be able to do besides, one small Protocol each, found by `isinstance`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bridge.model import Attachment, Message, MessageId, MessageRef, Named, ThreadRef, UserId
from bridge.platform.adapter import Part


@runtime_checkable
class OpensThreads(Protocol):
    """Threads must be opened before the first post in them."""

    async def open_thread(self, thread: ThreadRef, title: str) -> None:
        """Open the thread named by `thread.id`, beside the question; opened already is success.

        Called before the first post of a conversation whose surface is a thread. `title` is the question's text. Where
        the platform refuses (no permission, too many threads), the adapter posts to the same ThreadRef as a chain of
        replies instead and raises nothing.
        """
        ...


@runtime_checkable
class OpensDirect(Protocol):
    """People can be written to directly."""

    async def open_direct(self, thread: ThreadRef, user: UserId) -> ThreadRef:
        """The direct conversation with somebody who wrote in `thread`; opened already is success.

        Called when the thread takes no answer any more, so that the answer can stand there. Raises PlatformError;
        Rejected when this person cannot be written to.
        """
        ...


@runtime_checkable
class ShowsActivity(Protocol):
    """The platform can show that the bot is at work."""

    async def show_activity(self, thread: ThreadRef, status: str) -> None:
        """Show it for `Capabilities.activity_seconds`; an empty status takes it away where that is possible."""
        ...


@runtime_checkable
class DeletesMessages(Protocol):
    """Messages of ours can be deleted."""

    async def delete(self, ref: MessageRef) -> None:
        """Delete it; deleted already is success."""
        ...


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel or direct conversation. `place` has the surface CHANNEL or DIRECT, and the channel's id for its own."""

    place: ThreadRef
    workspace: Named
    channel: Named


@runtime_checkable
class HasHistory(Protocol):
    """What was written while nobody listened can be fetched."""

    async def channels(self, page: str | None) -> tuple[Sequence[Channel], str | None]:
        """One page of the channels and direct conversations whose top level the bot reads; None for the first.

        Returns what to give for the next page too, None after the last. Makes few calls. Raises PlatformError.
        """
        ...

    async def history(
        self, place: ThreadRef, since: datetime, page: str | None
    ) -> tuple[Sequence[Message], str | None]:
        """One page of what people wrote in a place after `since`, as it would have been delivered; pages in any order.

        `place` is a thread, or `Channel.place`. A message that is read is equal to the delivered one but for
        `event_id`, which is the same each time. Pages as with `channels`. Makes one call. Raises PlatformError.
        """
        ...


@runtime_checkable
class FindsMarkers(Protocol):
    """A post whose outcome is unknown can be looked up."""

    async def find(
        self,
        thread: ThreadRef,
        marker: str,
        since: datetime | None = None,
        others: Collection[MessageId] = (),
    ) -> MessageRef | None:
        """The message of ours that was posted with `marker`, not before `since` where that is known.

        `others` are messages of ours of which it is known that they carry other markers.

        None when it is certain that there is none, or that posting with the same marker again gives that very message.
        Raises Unprovable when it cannot be told, and PlatformError as other calls do.
        """
        ...


@runtime_checkable
class SendsFiles(Protocol):
    """Files can be posted."""

    async def upload(self, thread: ThreadRef, part: Part, content: bytes, marker: str) -> MessageRef:
        """Post a Markdown file with `part` as the words above it; returns once the platform has confirmed it.

        `marker` is that of `post`, and finds the file where the platform finds markers. The reference may not be one
        that can be edited. Raises PlatformError; Rejected where files cannot be posted.
        """
        ...


@runtime_checkable
class ReceivesFiles(Protocol):
    """Files that people attach can be fetched."""

    async def download(self, attachment: Attachment, limit: int) -> bytes:
        """The content, at most `limit` bytes; only ever from the platform's own hosts."""
        ...


@runtime_checkable
class Reacts(Protocol):
    """Messages can be given reactions."""

    async def react(self, thread: ThreadRef, message: MessageId, emoji: str) -> None:
        """Add the bot's reaction; there already is success."""
        ...


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `action` comes back in `Pressed`, at most 100 characters."""

    label: str
    action: str
    style: str = "secondary"


@runtime_checkable
class HasButtons(Protocol):
    """Messages can carry buttons."""

    async def set_buttons(self, ref: MessageRef, part: Part, buttons: Sequence[Button]) -> None:
        """Replace the buttons under a message; none takes them away."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as it came in: `body` is raw, headers are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What to answer."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"


@runtime_checkable
class ServesHttp(Protocol):
    """The adapter answers HTTP requests (events, OAuth), mounted below its instance's name."""

    async def handle(self, request: Request) -> Response:
        """Verify and answer one request. Must not raise."""
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `bridge check --live`: what was looked at, whether it is well, and if not what to do."""

    ok: bool
    what: str
    remedy: str = ""


@runtime_checkable
class Checks(Protocol):
    """The adapter can say whether its settings work, without taking any event."""

    def check(self, channels: Sequence[str]) -> AsyncIterator[Check]:
        """Look at tokens, scopes, intents and whether each of `channels` (ids or `#names`, no globs) can be
        found. Called on an adapter that does not run. Every failure is a Check, never an exception; one about a
        channel has the channel in its `what`, as it was given."""
        ...
