"""What the core gets to see of what happens on Discord."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from bridge import Deleted, Edited, Surface
from bridge.testing.contracts import Inbox
from bridge.testing.contracts.events import all_pages
from bridge_discord.ids import message_id
from bridge_sandbox.discord.payloads import message_json
from bridge_sandbox.discord.things import MessageType
from tests.integration.discord.side import Side

START = datetime(2020, 1, 1, tzinfo=UTC)
"""Before everything that is written here."""


async def test_mentions_become_names(side: Side, inbox: Inbox) -> None:
    world = side.fake.world
    world.user("Grace")
    help_id = side.room("help")
    await side.say(f"ask @Grace in <#{help_id}> and `<#{help_id}>`, <@&{world.guild}> <:wave:123>", mention=True)
    message = await inbox.message()
    assert message.text == f"ask @Grace in #help and `<#{help_id}>`, @everyone :wave:"


async def test_the_role_of_the_bot_is_a_mention_of_the_bot(side: Side, inbox: Inbox) -> None:
    await side.say(f"<@&{side.fake.world.role.id}> help me")
    message = await inbox.message()
    assert (message.mentions_bot, message.text) == (True, "help me")


async def test_who_and_where(side: Side, inbox: Inbox) -> None:
    await side.say("hello", mention=True)
    message = await inbox.message()
    world = side.fake.world
    assert (message.author.id, message.author.name) == (world.owner.id, "Ada")
    assert (message.workspace.id, message.workspace.name) == (world.guild, world.guild_name)
    assert (message.channel.id, message.channel.name) == (side.room("general"), "general")


async def test_files_are_named(side: Side, inbox: Inbox) -> None:
    world = side.fake.world
    file = {"id": "9", "filename": "plan.pdf", "size": 12, "url": "http://files/plan.pdf", "proxy_url": "", "flags": 0}
    world.post(world.channels[side.room("general")], world.owner, "", attachments=[file])
    message = await inbox.message()
    assert [(one.id, one.name, one.size) for one in message.attachments] == [("9", "plan.pdf", 12)]
    assert not message.withheld


async def test_bots_webhooks_and_notices_are_not_heard(side: Side, inbox: Inbox) -> None:
    world = side.fake.world
    general = world.channels[side.room("general")]
    world.post(general, world.add_user("otherbot", bot=True), f"<@{world.bot.id}> hello from a bot")
    world.post(general, world.owner, "from a webhook", webhook="123456")
    world.post(general, world.owner, "Ada pinned a message", type=MessageType.PIN_ADDED)
    await side.say("a person")
    assert (await inbox.message()).text == "a person"


async def test_an_edit_is_told_once_per_change(side: Side, inbox: Inbox) -> None:
    await side.say("frist", mention=True)
    message = await inbox.message()
    snowflake = message.id.partition(":")[2]
    side.fake.people.edit(snowflake, "@bridge first")
    edited = await inbox.next()
    assert isinstance(edited, Edited)
    assert (edited.id, edited.thread, edited.text) == (message.id, message.thread, "first")
    side.fake.people.edit(snowflake, "@bridge first!")
    again = await inbox.next()
    assert isinstance(again, Edited)
    assert again.revision != edited.revision


async def test_an_unfurled_link_is_no_edit(side: Side, inbox: Inbox) -> None:
    await side.say("see https://example.org")
    snowflake = (await inbox.message()).id.partition(":")[2]
    posted = side.fake.people.message(snowflake)
    data = message_json(side.fake.world, posted) | {"guild_id": side.fake.world.guild, "embeds": [{"type": "link"}]}
    side.fake.send_raw("MESSAGE_UPDATE", data)
    await side.say("next")
    assert (await inbox.message()).text == "next"


async def test_deletions_are_told_singly_and_in_bulk(side: Side, inbox: Inbox) -> None:
    await side.say("one")
    await side.say("two")
    one, two = await inbox.message(), await inbox.message()
    side.fake.people.delete(one.id.partition(":")[2])
    deleted = await inbox.next()
    assert isinstance(deleted, Deleted)
    assert (deleted.id, deleted.thread) == (one.id, one.thread)
    ids = [two.id.partition(":")[2]]
    channel = side.room("general")
    side.fake.send_raw("MESSAGE_DELETE_BULK", {"ids": ids, "channel_id": channel, "guild_id": side.fake.world.guild})
    assert (await inbox.next()).id == two.id


async def test_history_pages_through_what_was_missed(side: Side) -> None:
    for number in range(230):
        await side.say(f"message {number}")
    world = side.fake.world
    world.post(world.channels[side.room("general")], world.bot, "an answer")
    found = await all_pages(partial(side.platform.history, side.place(), START))
    assert [message.text for message in found] == [f"message {n}" for n in range(230)]
    rest = await all_pages(partial(side.platform.history, side.place(), found[100].sent_at))
    assert {message.id for message in found[101:]} <= {message.id for message in rest}
    assert rest[0].sent_at >= found[100].sent_at


async def test_history_of_a_thread_belongs_to_it(side: Side) -> None:
    world = side.fake.world
    thread = world.open_thread(world.channels[side.room("help")], "talk", world.owner)
    await side.fake.say(thread.id, "inside")
    [message] = await all_pages(partial(side.platform.history, side.place(thread.id, Surface.THREAD), START))
    assert message.thread.id == thread.id
    assert message.thread.channel == side.room("help")


async def test_a_message_that_quietly_answers_the_bot_does_not_mention_it(side: Side, inbox: Inbox) -> None:
    world = side.fake.world
    posted = world.post(world.channels[side.room("general")], world.bot, "an answer")
    side.fake.people.write(side.room("general"), "ok", reply_to=posted.id, ping=False)
    message = await inbox.message()
    assert not message.mentions_bot
    assert message.reply_to == message_id(side.room("general"), posted.id)


@pytest.mark.parametrize("author", ["Grace", "Linus"])
async def test_every_person_has_an_id_of_their_own(side: Side, inbox: Inbox, author: str) -> None:
    await side.fake.say(side.room("general"), "hi", author=author)
    message = await inbox.message()
    assert message.author.id == side.fake.world.user(author).id


async def test_history_skips_what_makes_no_sense(side: Side) -> None:
    await side.say("one")
    world = side.fake.world
    world.post(world.channels[side.room("general")], world.owner, "odd", attachments=[{}])
    await side.say("two")
    found = await all_pages(partial(side.platform.history, side.place(), START))
    assert [message.text for message in found] == ["one", "two"]
