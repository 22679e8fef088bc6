"""What people wrote while the program was down, on the real protocols."""

from __future__ import annotations

from pathlib import Path

from tests.integration.program.stage import Person, stage
from tests.integration.program.test_conversations import said


async def ask_and_stop_listening(ada: Person) -> str:
    thread = await ada.ask("general", "hello")
    await ada.sees(thread, said("hello", 1))
    return thread


async def test_threads_and_channels_are_read_after_a_start(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.start()
        people = (here.slack, here.discord)
        threads = [await ask_and_stop_listening(ada) for ada in people]
        await here.stop()
        for ada, thread in zip(people, threads, strict=True):
            await ada.write(thread, "still there?")
            await ada.people.say(ada.room("general"), f"{ada.people.bot_mention} somebody new")
        await here.sandbox.slack.sockets.give_up()
        await here.start()
        for ada, thread in zip(people, threads, strict=True):
            await ada.sees(thread, said("hello", 1), said("still there?", 2))
            fresh = await fresh_thread(ada, threads)
            await ada.sees(fresh, said("somebody new", 1))
        await here.stop()
        assert sorted(map(len, here.asked())) == [1, 1, 2, 2]


async def fresh_thread(ada: Person, known: list[str]) -> str:
    """The thread that the bot opened beside the known ones."""

    def others() -> list[str]:
        return [room.id for room in ada.people.rooms() if room.parent and room.id not in known and ada.answers(room.id)]

    await ada.until(lambda: len(others()) == 1, others)
    return others()[0]
