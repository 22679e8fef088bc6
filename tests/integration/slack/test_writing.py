"""Posts, edits, markers and deletions, as people see them."""

from __future__ import annotations

from bridge import Part
from bridge_sandbox.slack import FakeSlack
from tests.integration.slack.adapter import Core, connected, thread


async def test_a_post_goes_into_the_thread_and_is_edited_and_found_and_deleted(slack: FakeSlack) -> None:
    core = Core()
    async with connected(slack, core) as platform:
        room = slack.room("general")
        asked = await slack.say(room, "question")
        place = thread(slack, room, asked.id)
        ref = await platform.post(place, Part("# Answer\n\n**so** far"), "marker-1")
        await platform.edit(ref, Part("# Answer\n\nall of it", final=True))
        assert [message.text for message in slack.shown(f"{room}:{asked.id}")] == ["question", "# Answer\n\nall of it"]
        assert await platform.find(place, "marker-1") == ref
        assert await platform.find(place, "marker-2") is None
        await platform.delete(ref)
        await platform.delete(ref)
        assert await platform.find(place, "marker-1") is None
    assert [message.text for message in core.messages] == ["question"]
