"""What can be said of a message afterwards: every step of a turn, and every reason to stay silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bridge import Message, MessageId, Operation, PlatformUnavailable, RateLimited, SystemClock
from bridge.inspect.explain import Line, explain, facts
from bridge.store import Trail, open_store
from bridge.testing import eventually
from tests.core.running import CONFIG, Place, place
from tests.core.test_turns import Slow


async def trails(here: Place, name: str) -> Sequence[Trail]:
    store = await open_store(
        "sqlite:///bridge.db", clock=SystemClock(), directory=here.directory, upgrade=False, exclusive=False
    )
    try:
        return await store.trails.of_message(name)
    finally:
        await store.close()


async def lines(here: Place, message: MessageId) -> list[Line]:
    (trail,) = await trails(here, message)
    return explain(trail)


def words(found: Sequence[Line]) -> list[str]:
    return [line.what for line in found]


def of(found: Sequence[Line], what: str) -> list[str]:
    return [line.text for line in found if line.what == what]


async def ask(here: Place, text: str = "hello") -> Message:
    message = await here.world.say(text, mention=True)
    await here.ended(1)
    return message


async def test_an_answered_message_is_followed_from_the_platform_to_its_end(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        message = await ask(here)
        found = await lines(here, message.id)
        assert words(found)[:3] == ["written", "received", "accepted"]
        steps = [what for what in words(found) if what in {"session", "turn", "asked", "text", "post"}]
        assert steps == ["session", "turn", "asked", "text", "post"]
        assert words(found)[-2:] == ["part", "ended"]
        assert of(found, "accepted") == ["route 1 (bridge.toml:14) takes it: it mentions the bot"]
        assert of(found, "session") == [f"opened {here.session()} of chatbot echo"]
        assert of(found, "asked") == ["1 of the thread's messages sent to the session"]
        (answer,) = here.world.messages()
        assert of(found, "part") == [f"part 1 of the answer: message {answer.ref.id}"]
        assert of(found, "ended")[0].startswith("answered after ")
        times = [line.at for line in found if line.at is not None]
        assert times == sorted(times)
        assert await lines(here, answer.ref.id) == found


async def test_a_message_that_came_twice_says_so(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        message = await ask(here)
        for _ in range(2):
            here.world.send(message)
        expected = f"event {message.event_id} brought message {message.id} again 2 times: ignored"

        async def told() -> bool:
            return of(await lines(here, message.id), "duplicate") == [expected]

        await eventually(told)


async def test_what_is_ignored_says_why(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.running():
        message = await here.world.say("to somebody else")

        async def stored() -> bool:
            return bool(await trails(here, message.id))

        await eventually(stored)
        (why,) = of(await lines(here, message.id), "ignored")
        assert why.startswith("route 1 (bridge.toml:14) would take it, but it does not mention the bot")


async def test_trouble_on_the_way_is_told(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.world.fail(Operation.POST, RateLimited("slow down", retry_after=0.1))
        here.world.fail(Operation.POST, PlatformUnavailable("down"))
        async with here.running():
            message = await ask(here)
            posts = of(await lines(here, message.id), "post")
    assert [text.partition(": ")[2] for text in posts[:2]] == ["RateLimited: slow down", "PlatformUnavailable: down"]
    assert posts[2].startswith("done in ")


async def test_a_turn_that_runs_is_told_as_far_as_it_is(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, {"echo": slow}) as here, here.running():
        message = await here.world.say("hello", mention=True)
        await here.answered(message.thread, "one")

        async def stored() -> bool:
            """The text is seen before its receipt is committed."""
            return of(await lines(here, message.id), "state") == ["replying, attempt 1: not over yet"]

        await eventually(stored)
        found = await lines(here, message.id)
        assert "ended" not in words(found)
        assert of(found, "session")
        slow.go_on.set()
        await here.ended(1)


async def test_a_turn_that_was_taken_up_again_shows_both_lives(tmp_path: Path) -> None:
    slow = Slow()
    async with place(tmp_path, {"echo": slow}) as here:
        async with here.running(CONFIG.replace('grace = "1s"', 'grace = "0s"')):
            message = await here.world.say("hello", mention=True)
            await here.answered(message.thread, "one")
        slow.go_on.set()
        async with here.running():
            await here.ended(1)
        found = await lines(here, message.id)
        assert of(found, "session") == [
            f"opened {here.session()} of chatbot echo",
            f"resumed {here.session()} of chatbot echo",
        ]
        assert len(of(found, "taken up")) == 1
        (trail,) = await trails(here, message.id)
        assert facts(trail)["state"] == "answered"
        assert trail.receipts[0].sent_at is not None
        assert trail.receipts[0].stored_at - trail.receipts[0].sent_at < timedelta(seconds=10)
