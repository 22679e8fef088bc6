"""discord.py as it comes, with its own loop, cache and compression, uses the fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket

from bridge_discord.gateway import point_at, release
from bridge_sandbox.discord import FakeDiscord


@pytest.fixture
async def client(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[discord.Client]:
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(fake.gateway_url))
    point_at(fake.api_url)
    intents = discord.Intents(guilds=True, messages=True, message_content=True)
    client = discord.Client(intents=intents, guild_ready_timeout=0.05)
    yield client
    await client.close()
    release(fake.api_url)


async def test_a_bot_of_a_few_lines(fake: FakeDiscord, client: discord.Client) -> None:
    done: asyncio.Future[tuple[discord.Thread, list[str]]] = asyncio.get_running_loop().create_future()

    @client.event
    async def on_message(message: discord.Message) -> None:
        if client.user is None or client.user not in message.mentions:
            return
        thread = await message.create_thread(name=message.clean_content)
        async with thread.typing():
            answer = await thread.send("one moment", nonce="n1")
        await answer.edit(content="here it is")
        done.set_result((thread, [one.content async for one in thread.history()]))

    running = asyncio.create_task(client.start(fake.token))
    await fake.wait_connected()
    await client.wait_until_ready()
    assert [channel.name for channel in client.guilds[0].text_channels] == ["general", "help", "random"]
    question = await fake.say(fake.people.room("general").id, "@bridge hello")
    async with asyncio.timeout(10):
        thread, history = await done
    assert (str(thread.id), thread.name) == (question.id, "@bridge hello")
    assert history == ["here it is"]
    await client.close()
    await running


async def test_errors_arrive_as_discord_py_knows_them(fake: FakeDiscord, client: discord.Client) -> None:
    await client.login(fake.token)
    fake.deny("SEND_MESSAGES", room=fake.people.room("help").id)
    help_channel = await client.fetch_channel(int(fake.people.room("help").id))
    assert isinstance(help_channel, discord.TextChannel)
    with pytest.raises(discord.Forbidden) as forbidden:
        await help_channel.send("hello")
    assert forbidden.value.code == 50013
    with pytest.raises(discord.NotFound):
        await client.fetch_channel(1)
    general = await client.fetch_channel(int(fake.people.room("general").id))
    assert isinstance(general, discord.TextChannel)
    with pytest.raises(discord.HTTPException) as too_long:
        await general.send("x" * 2001)
    assert too_long.value.code == 50035
