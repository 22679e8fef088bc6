"""What can go wrong, as a tree. An error says whether it is worth trying again by its type.

    BridgeError
    ├── ConfigError                 the operator's file, with every mistake in it
    ├── AdminError                  nobody can listen on the address of [bridge] admin
    ├── PluginError                 a plugin is missing or broken
    ├── StoreError                  the database refuses
    │   ├── StoreBusy               try again: locked, or no answer
    │   ├── Outdated                what was read has changed meanwhile: read it again
    │   ├── StoreInUse              another process holds the database
    │   └── StoreUnusable           missing, read-only, full, damaged or of another schema
    ├── PlatformError               a call to Slack, Discord, …
    │   ├── RateLimited             try again after `retry_after` seconds; nothing happened
    │   ├── PlatformUnavailable     try again; nothing happened
    │   ├── OutcomeUnknown          it may have happened: look before trying again
    │   ├── Unprovable              it may have happened, and nobody can tell any more
    │   ├── Rejected                never try the same again
    │   │   ├── TooLong             the part must be split
    │   │   ├── NotEditable         post a new message instead
    │   │   ├── StreamStopped       a person pressed Stop: the message grows no more
    │   │   ├── Gone                the thread or channel no longer exists
    │   │   │   └── MessageGone     the message itself was deleted: nobody wants it
    │   │   └── Forbidden           the bot lacks a permission there
    │   └── InstanceFailed          the whole instance is given up (a revoked token)
    └── ChatbotError                a chatbot service
        ├── ChatbotUnavailable      try again: down, unreachable or too slow
        ├── ChatbotBusy             try again after `retry_after` seconds
        ├── ChatbotUnauthorized     the key is wrong or lacks a right
        ├── ChatbotNotFound         no chatbot of that name or id
        ├── SessionLost             the service no longer knows the session
        ├── SessionRefused          the service will not open a session
        ├── MessageRefused          the service will not take the message
        └── TurnFailed              the chatbot gave up on the turn

Messages are for the operator's log. `notice`, where there is one, is for the person in the thread: what
happened and what to do next, with no secret and no stack in it.
"""

from __future__ import annotations


class BridgeError(Exception):
    """Something went wrong in bridge."""

    def __init__(self, message: str = "", *, notice: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").partition("\n")[0])
        self.notice = notice


class ConfigError(BridgeError):
    """The configuration cannot be used."""


class AdminError(BridgeError):
    """Nobody can listen on the address of `[bridge] admin`."""


class PluginError(BridgeError):
    """A plugin is missing or broken."""


class StoreError(BridgeError):
    """The database refused."""


class StoreBusy(StoreError):
    """The database is locked or does not answer; the same call may succeed later."""


class Outdated(StoreError):
    """What the call rests on has changed since it was read: read it again."""


class StoreInUse(StoreError):
    """Another process holds the database, or has taken it over: this one has nothing more to do."""


class StoreUnusable(StoreError):
    """The database is missing, read-only, full, damaged or of another schema."""


class PlatformError(BridgeError):
    """A call to a platform failed."""


class RateLimited(PlatformError):
    """The platform asks to wait; nothing happened. `retry_after` is in seconds."""

    def __init__(self, message: str = "", *, retry_after: float, notice: str | None = None) -> None:
        super().__init__(message, notice=notice)
        self.retry_after = retry_after


class PlatformUnavailable(PlatformError):
    """The platform cannot be reached or is down; nothing happened."""


class OutcomeUnknown(PlatformError):
    """The call may or may not have happened."""


class Unprovable(PlatformError):
    """The call may have happened, and the platform cannot tell any more."""


class Rejected(PlatformError):
    """The platform will never accept this call."""


class TooLong(Rejected):
    """The part is larger than the platform allows."""


class NotEditable(Rejected):
    """The message can no longer be edited."""


class StreamStopped(Rejected):
    """A person stopped the message that was growing."""


class Gone(Rejected):
    """The thread or channel no longer exists."""


class MessageGone(Gone):
    """The message was deleted; whoever did that does not want it."""


class Forbidden(Rejected):
    """The bot lacks a permission there."""


class InstanceFailed(PlatformError):
    """The platform instance cannot work: its token or a required intent is refused."""


class ChatbotError(BridgeError):
    """A chatbot service failed."""


class ChatbotUnavailable(ChatbotError):
    """The chatbot service is down, unreachable or too slow."""


class ChatbotBusy(ChatbotError):
    """The chatbot service asks to wait. `retry_after` is in seconds, None when it does not say."""

    def __init__(self, message: str = "", *, retry_after: float | None = None, notice: str | None = None) -> None:
        super().__init__(message, notice=notice)
        self.retry_after = retry_after


class ChatbotUnauthorized(ChatbotError):
    """The chatbot service refuses the key."""


class ChatbotNotFound(ChatbotError):
    """The chatbot service knows no chatbot of that name or id."""


class SessionLost(ChatbotError):
    """The chatbot service no longer knows the session."""


class SessionRefused(ChatbotError):
    """The chatbot service will not open a session."""


class MessageRefused(ChatbotError):
    """The chatbot service will not take the message."""


class TurnFailed(ChatbotError):
    """The chatbot gave up on the turn."""
