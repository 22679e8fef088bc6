"""Files that are posted. Slack: files.getUploadURLExternal, files.completeUploadExternal.

A file is uploaded first and shared after that, so that only the last call shows anything. Slack does not say which
message a file becomes; it is found again by its name, which holds the marker.
"""

from __future__ import annotations

import json

from bridge import MessageId, MessageRef, Operation, OutcomeUnknown, Part, PlatformUnavailable, ThreadRef
from bridge_slack import ids, limits, markers
from bridge_slack.api import Api
from bridge_slack.mentions import harmless

TITLE = "The rest of the answer.md"


async def upload(api: Api, thread: ThreadRef, part: Part, content: bytes, marker: str) -> MessageRef:
    """Post a Markdown file. Raises PlatformError; OutcomeUnknown only when people may see it."""
    asking, sharing = limits.budget_keys(Operation.UPLOAD, thread)
    name = markers.file_name(marker)
    try:
        place = await api.submit("files.getUploadURLExternal", asking, filename=name, length=str(len(content)))
        await api.put(str(place["upload_url"]), content)
    except OutcomeUnknown as error:
        raise PlatformUnavailable(str(error)) from error  # nobody has seen it
    root = ids.root(thread)
    await api.submit(
        "files.completeUploadExternal",
        sharing,
        files=json.dumps([{"id": place["file_id"], "title": TITLE}]),
        channel_id=thread.channel,
        initial_comment=harmless(part.text),
        **({"thread_ts": root} if root else {}),
    )
    return MessageRef(thread, MessageId(str(place["file_id"])))
