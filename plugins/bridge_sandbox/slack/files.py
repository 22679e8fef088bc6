"""Files of the bot. Slack: files.getUploadURLExternal, files.completeUploadExternal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bridge_sandbox.slack.desk import Desk
from bridge_sandbox.slack.errors import SlackRefusal
from bridge_sandbox.slack.methods import Answer, Arguments, Method, Reading
from bridge_sandbox.slack.workspace import Posted, Workspace


@dataclass
class Upload:
    """A file on its way: announced, then sent, then shared once."""

    name: str
    length: int
    content: bytes | None = None
    shared: bool = False


class Files:
    """Takes files in. `origin` is where the server can be reached."""

    def __init__(self, workspace: Workspace, reading: Reading, desk: Desk, origin: Callable[[], str]) -> None:
        self._workspace = workspace
        self._reading = reading
        self._desk = desk
        self._origin = origin
        self.uploads: dict[str, Upload] = {}

    def methods(self) -> dict[str, Method]:
        """By Slack's names."""
        return {"files.getUploadURLExternal": self.announce, "files.completeUploadExternal": self.share}

    def announce(self, arguments: Arguments) -> Answer:
        name, length = str(arguments.get("filename") or ""), str(arguments.get("length") or "")
        if not name or not length.isdecimal() or int(length) == 0:
            raise SlackRefusal("invalid_arguments")
        file_id = self._workspace.new_id("F")
        self.uploads[file_id] = Upload(name, int(length))
        return {"upload_url": f"http://{self._origin()}/upload/{file_id}", "file_id": file_id}

    async def receive(self, request: web.Request) -> web.Response:
        """The content of a file."""
        upload = self.uploads.get(request.match_info["file"])
        content = await request.read()
        if upload is None or upload.content is not None or len(content) != upload.length:
            raise web.HTTPBadRequest(text="no such upload, or not as long as announced")
        upload.content = content
        return web.Response(text=f"OK - {len(content)}")

    def share(self, arguments: Arguments) -> Answer:
        conversation = self._reading.conversation({"channel": arguments.get("channel_id")}, member=True)
        if conversation.archived:
            raise SlackRefusal("is_archived")
        root = str(arguments.get("thread_ts") or "") or None
        if root is not None and (root not in conversation.messages or conversation.messages[root].deleted):
            raise SlackRefusal("thread_not_found")
        named = _files(arguments)
        for one in named:
            upload = self.uploads.get(str(one.get("id")))
            if upload is None or upload.content is None or upload.shared:
                raise SlackRefusal("file_not_found")
        shared = [self._described(str(one["id"]), str(one.get("title") or "")) for one in named]
        comment = str(arguments.get("initial_comment") or "")
        message = Posted(
            ts=self._workspace.new_ts(), user=self._workspace.bot.id, raw=comment, thread_ts=root, files=shared
        )
        self._desk.post(conversation, message)
        return {"files": [{"id": one["id"], "title": one["title"]} for one in shared]}

    def _described(self, file_id: str, title: str) -> dict[str, Any]:
        upload = self.uploads[file_id]
        upload.shared = True
        return {"id": file_id, "name": upload.name, "title": title, "mimetype": "text/markdown", "size": upload.length}


def _files(arguments: Arguments) -> list[dict[str, Any]]:
    files = arguments.get("files")
    try:
        found = json.loads(files) if isinstance(files, str) else files
    except ValueError:
        found = None
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise SlackRefusal("invalid_arguments")
    return found
