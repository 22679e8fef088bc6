"""A second client library uses the fake: hikari connects, receives, opens a thread, sends and edits."""

from __future__ import annotations

import asyncio

import hikari

from bridge_sandbox.discord import FakeDiscord

INTENTS = hikari.Intents.GUILDS | hikari.Intents.GUILD_MESSAGES | hikari.Intents.MESSAGE_CONTENT


async def test_hikari_talks_to_the_fake(fake: FakeDiscord) -> None:
    bot = hikari.GatewayBot(fake.token, rest_url=fake.api_url, intents=INTENTS, banner=None, logs=None)
    done: asyncio.Future[hikari.Message] = asyncio.get_running_loop().create_future()

    @bot.listen()
    async def answer(event: hikari.GuildMessageCreateEvent) -> None:
        if not event.is_human:
            return
        assert event.content == f"<@{fake.world.bot.id}> hello"
        thread = await bot.rest.create_message_thread(event.channel_id, event.message_id, "hello")
        message = await bot.rest.create_message(thread, "one moment")
        done.set_result(await bot.rest.edit_message(thread, message, "hello yourself"))

    try:
        async with asyncio.timeout(10):
            await bot.start(check_for_updates=False)
        question = await fake.say(fake.people.room("general").id, "@bridge hello")
        async with asyncio.timeout(10):
            edited = await done
    finally:
        await bot.close()
    assert str(edited.channel_id) == question.id
    assert [(one.text, one.edits) for one in fake.shown(question.id)] == [("hello yourself", 1)]


async def test_hikari_reads_everything_that_the_fake_tells_of_itself(fake: FakeDiscord) -> None:
    fake.people.write(fake.people.room("questions").id, "a post")
    rest = hikari.RESTApp(url=fake.api_url)
    await rest.start()
    async with rest.acquire(fake.token, hikari.TokenType.BOT) as client:
        assert str((await client.fetch_my_user()).id) == fake.world.bot.id
        assert (await client.fetch_application()).name == "bridge"
        assert (await client.fetch_gateway_bot_info()).url == fake.gateway_url
        guild = await client.fetch_guild(int(fake.world.guild))
        assert guild.name == fake.world.guild_name
        names = [channel.name for channel in await client.fetch_guild_channels(guild)]
        assert names == ["general", "help", "random", "questions"]
        [thread] = await client.fetch_active_threads(guild)
        assert [message.content async for message in client.fetch_messages(thread)] == ["a post"]
    await rest.close()
