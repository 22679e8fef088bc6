"""What every chatbot provider must do, whatever the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from bridge.chatbot import Complete, Delta, EndReason, Sender, Session, SessionEvent, TurnEnded
from bridge.errors import ChatbotNotFound, ChatbotUnavailable, SessionLost
from bridge.model import SessionId
from bridge.testing.contracts.sides import ProviderSide

# ruff: noqa: S101


class ProviderContract:
    """Subclass it and give it a `side`."""

    @pytest.fixture
    def side(self) -> ProviderSide:
        """A fresh service with one provider; both closed afterwards."""
        pytest.fail("the subclass must define the fixture 'side'")

    @pytest.fixture
    async def session(self, side: ProviderSide) -> AsyncIterator[Session]:
        """A new session with "echo"."""
        session = await (await side.provider.fetch(side.settings("echo"))).create_session()
        yield session
        await session.disconnect()

    async def test_a_chatbot_is_fetched(self, side: ProviderSide) -> None:
        chatbot = await side.provider.fetch(side.settings("echo"))
        assert chatbot.id
        assert chatbot.name

    async def test_an_unknown_chatbot_is_not_found(self, side: ProviderSide) -> None:
        with pytest.raises(ChatbotNotFound):
            await side.provider.fetch(side.settings("unknown"))

    async def test_a_turn_streams_and_ends(self, session: Session) -> None:
        await session.send("How are you today?")
        events = await heard(session)
        assert events[-1] == TurnEnded(EndReason.ANSWERED)
        assert sum(isinstance(event, TurnEnded) for event in events) == 1
        assert sum(isinstance(event, Delta) for event in events) > 1
        assert "How are you today?" in said(events)

    async def test_deltas_add_up_to_what_is_complete(self, session: Session) -> None:
        await session.send("Say it word by word")
        events = await heard(session)
        for event in events:
            if isinstance(event, Complete):
                pieces = [e.text for e in events if isinstance(e, Delta) and e.message_id == event.message_id]
                assert "".join(pieces) == event.text

    async def test_who_listens_late_misses_nothing(self, side: ProviderSide, session: Session) -> None:
        await session.send("Are you quick?")
        await side.finished(session.id)
        events = await heard(session)
        assert any(isinstance(event, Delta) for event in events)
        assert "Are you quick?" in said(events)

    async def test_several_messages_are_one_turn(self, side: ProviderSide, session: Session) -> None:
        await session.send("One thing", "and another")
        events = await heard(session)
        assert side.asked(session.id) == ["One thing", "and another"]
        assert sum(isinstance(event, TurnEnded) for event in events) == 1

    async def test_turns_follow_each_other(self, session: Session) -> None:
        for question in ("First", "Second", "Third"):
            await session.send(question)
            text = said(await heard(session))
            assert question in text

    async def test_the_session_holds_both_sides(self, session: Session) -> None:
        await session.send("What is kept?")
        text = said(await heard(session))
        messages = await session.messages()
        assert [m.text for m in messages if m.sender is Sender.USER] == ["What is kept?"]
        assert [m.text for m in messages if m.sender is Sender.CHATBOT] == [text]
        assert all(message.complete for message in messages)
        assert len({message.id for message in messages}) == len(messages)

    async def test_a_session_is_resumed_by_its_id(self, side: ProviderSide, session: Session) -> None:
        await session.send("Before")
        await heard(session)
        await session.disconnect()
        again = await (await side.provider.fetch(side.settings("echo"))).resume_session(session.id)
        assert again.id == session.id
        await again.send("After")
        assert "After" in said(await heard(again))
        assert side.asked(session.id) == ["Before", "After"]
        await again.disconnect()

    async def test_who_resumes_a_running_turn_gets_all_of_its_text(self, side: ProviderSide) -> None:
        chatbot = await side.provider.fetch(side.settings("endless"))
        session = await chatbot.create_session()
        await session.send("Begin")
        before = await first_words(session)
        await session.disconnect()
        again = await chatbot.resume_session(session.id)
        assert before in await first_words(again, at_least=len(before) + 1)
        await again.stop()
        await again.disconnect()

    async def test_sessions_do_not_hear_each_other(self, side: ProviderSide) -> None:
        chatbot = await side.provider.fetch(side.settings("echo"))
        sessions = [await chatbot.create_session() for _ in range(3)]
        assert len({session.id for session in sessions}) == 3
        for number, session in enumerate(sessions):
            await session.send(f"This is number {number}")
        texts = await asyncio.gather(*(heard(session) for session in sessions))
        for number, events in enumerate(texts):
            assert f"number {number}" in said(events)
        for session in sessions:
            await session.disconnect()

    async def test_a_stopped_turn_ends_and_leaves_nothing_behind(self, side: ProviderSide) -> None:
        session = await (await side.provider.fetch(side.settings("endless"))).create_session()
        await session.send("Begin")
        await first_words(session)
        await session.stop()
        stopped = await heard(session)
        assert stopped[-1] == TurnEnded(EndReason.STOPPED)
        messages = {event.message_id for event in stopped if isinstance(event, Delta)}
        await session.send("Begin again")
        await first_words(session, never=messages)
        await session.stop()
        await session.disconnect()

    async def test_stopping_when_nothing_runs_is_harmless(self, session: Session) -> None:
        await session.stop()
        await session.send("Still there?")
        assert "Still there?" in said(await heard(session))

    async def test_a_turn_that_fails_says_why(self, side: ProviderSide) -> None:
        session = await (await side.provider.fetch(side.settings("fails"))).create_session()
        await session.send("Try")
        end = (await heard(session))[-1]
        assert isinstance(end, TurnEnded)
        assert end.reason is EndReason.FAILED
        assert end.error
        await session.disconnect()

    async def test_a_session_that_never_was_is_lost(self, side: ProviderSide) -> None:
        chatbot = await side.provider.fetch(side.settings("echo"))
        with pytest.raises(SessionLost):
            await chatbot.resume_session(SessionId("no-such-session"))

    async def test_a_forgotten_session_is_lost(self, side: ProviderSide, session: Session) -> None:
        await session.send("Remember me")
        await heard(session)
        await session.disconnect()
        side.forget(session.id)
        chatbot = await side.provider.fetch(side.settings("echo"))
        with pytest.raises(SessionLost):
            await chatbot.resume_session(session.id)

    async def test_a_service_that_is_down_works_again_later(self, side: ProviderSide) -> None:
        chatbot = await side.provider.fetch(side.settings("echo"))
        await side.down()
        with pytest.raises(ChatbotUnavailable):
            await chatbot.create_session()
        with pytest.raises(ChatbotUnavailable):
            await side.provider.fetch(side.settings("echo"))
        await side.up()
        session = await chatbot.create_session()
        await session.send("Back?")
        assert "Back?" in said(await heard(session))
        await session.disconnect()

    async def test_detaching_twice_is_harmless(self, session: Session) -> None:
        await session.disconnect()
        await session.disconnect()


async def heard(session: Session) -> Sequence[SessionEvent]:
    """Every event of the turn. Raises TimeoutError when it does not end."""
    async with asyncio.timeout(15):
        return [event async for event in session.listen()]


async def first_words(session: Session, *, at_least: int = 1, never: set[str] | None = None) -> str:
    """Listen until a message has `at_least` characters; no event may belong to a message of `never`."""
    texts: dict[str, str] = {}
    async with asyncio.timeout(15):
        async for event in session.listen():
            if isinstance(event, Delta | Complete):
                assert event.message_id not in (never or set())
                before = texts.get(event.message_id, "") if isinstance(event, Delta) else ""
                texts[event.message_id] = before + event.text
                if len(texts[event.message_id]) >= at_least:
                    break
    return next(iter(texts.values()))


def said(events: Sequence[SessionEvent]) -> str:
    """The text of a turn as the core would show it: complete messages win over their deltas."""
    texts: dict[str, str] = {}
    for event in events:
        match event:
            case Delta(id, text):
                texts[id] = texts.get(id, "") + text
            case Complete(id, text):
                texts[id] = text
    return "\n\n".join(texts.values())
