"""The Web API methods that read and the ones about the app itself; `writing` has those that change messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bridge_sandbox.slack.errors import SlackRefusal
from bridge_sandbox.slack.events import message_fields
from bridge_sandbox.slack.workspace import Conversation, Posted, Workspace

Arguments = Mapping[str, Any]
Answer = dict[str, Any]
Method = Callable[[Arguments], Answer]

PAGE = 100
"""Slack: the default `limit` of paged methods; at most 999 may be asked for."""


class Reading:
    """Answers questions about one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def methods(self) -> dict[str, Method]:
        """By Slack's names."""
        return {
            "auth.test": self.auth_test,
            "conversations.info": self.info,
            "conversations.list": self.list,
            "conversations.members": self.members,
            "conversations.history": self.history,
            "conversations.replies": self.replies,
            "team.info": self.team,
            "users.info": self.user,
            "users.conversations": self.joined,
        }

    def conversation(self, arguments: Arguments, *, member: bool = False) -> Conversation:
        """The conversation that `channel` names. A private one does not exist for who is not in it."""
        found = self._workspace.conversations.get(str(arguments.get("channel", "")))
        joined = found is not None and self._workspace.bot.id in found.members
        if found is None or (found.channel_type != "channel" and not joined):
            raise SlackRefusal("channel_not_found")
        if member and not joined:
            raise SlackRefusal("not_in_channel")
        return found

    def auth_test(self, arguments: Arguments) -> Answer:
        team, bot = self._workspace, self._workspace.bot
        return {
            "url": "https://sandbox.slack.test/",
            "team": team.name,
            "user": bot.name,
            "team_id": team.id,
            "user_id": bot.id,
            "bot_id": team.bot_id,
            "is_enterprise_install": False,
        }

    def team(self, arguments: Arguments) -> Answer:
        return {"team": {"id": self._workspace.id, "name": self._workspace.name, "domain": "sandbox"}}

    def user(self, arguments: Arguments) -> Answer:
        person = self._workspace.people.get(str(arguments.get("user", "")))
        if person is None:
            raise SlackRefusal("user_not_found")
        profile = {"display_name": person.name, "real_name": person.name}
        return {"user": {"id": person.id, "name": person.name.lower(), "is_bot": person.bot, "profile": profile}}

    def info(self, arguments: Arguments) -> Answer:
        return {"channel": self._describe(self.conversation(arguments))}

    def list(self, arguments: Arguments) -> Answer:
        types = {"im": "im", "public_channel": "channel", "private_channel": "group", "mpim": "mpim"}
        wanted = {types.get(name.strip()) for name in str(arguments.get("types") or "public_channel").split(",")}
        if None in wanted:
            raise SlackRefusal("invalid_types")
        visible = [
            self._describe(conversation)
            for conversation in self._workspace.conversations.values()
            if conversation.channel_type in wanted
            and (conversation.channel_type == "channel" or self._workspace.bot.id in conversation.members)
        ]
        page, beside = _page(visible, arguments)
        return {"channels": page, **beside}

    def joined(self, arguments: Arguments) -> Answer:
        found = self.list({**arguments, "limit": 999, "cursor": ""})["channels"]
        page, beside = _page([one for one in found if one.get("is_im") or one.get("is_member")], arguments)
        return {"channels": page, **beside}

    def members(self, arguments: Arguments) -> Answer:
        page, beside = _page(sorted(self.conversation(arguments).members), arguments)
        return {"members": page, **beside}

    def history(self, arguments: Arguments) -> Answer:
        conversation = self.conversation(arguments, member=True)
        top = [m for m in conversation.messages.values() if not m.deleted and (m.thread_ts is None or m.broadcast)]
        return self._messages(conversation, reversed(_between(top, arguments)), arguments)

    def replies(self, arguments: Arguments) -> Answer:
        conversation = self.conversation(arguments, member=True)
        named = conversation.messages.get(str(arguments.get("ts", "")))
        if named is None or not (thread := list(conversation.thread(named.root))):
            raise SlackRefusal("thread_not_found")
        root, *replies = thread
        return self._messages(conversation, [root, *_between(replies, arguments)], arguments)

    def _messages(self, conversation: Conversation, messages: Any, arguments: Arguments) -> Answer:
        metadata = _true(arguments.get("include_all_metadata"))
        shown = []
        for message in messages:
            fields = message_fields(self._workspace, conversation, message)
            if metadata and message.metadata:
                fields["metadata"] = message.metadata
            shown.append(fields)
        page, beside = _page(shown, arguments)
        return {"messages": page, "has_more": bool(beside["response_metadata"]["next_cursor"]), **beside}

    def _describe(self, conversation: Conversation) -> Answer:
        described: Answer = {"id": conversation.id, "is_archived": conversation.archived}
        if conversation.direct_with is not None:
            return described | {"is_im": True, "user": conversation.direct_with}
        joined = self._workspace.bot.id in conversation.members
        private = conversation.private
        return described | {"name": conversation.name, "is_channel": True, "is_private": private, "is_member": joined}


def _page(items: Sequence[Any], arguments: Arguments) -> tuple[list[Any], Answer]:
    start = int(arguments.get("cursor") or 0)
    end = start + min(999, int(arguments.get("limit") or PAGE))
    return list(items[start:end]), {"response_metadata": {"next_cursor": str(end) if end < len(items) else ""}}


def _between(messages: Sequence[Posted], arguments: Arguments) -> list[Posted]:
    """Those after `oldest` and before `latest`; with `inclusive` those two as well."""
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    inclusive = _true(arguments.get("inclusive"))
    return [m for m in messages if oldest < float(m.ts) < latest or (inclusive and float(m.ts) in {oldest, latest})]


def _true(value: Any) -> bool:
    return value is True or str(value).lower() in {"1", "true"}
