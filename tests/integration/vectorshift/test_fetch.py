"""Chatbots and agents are fetched, and each failure is told apart."""

from __future__ import annotations

import pytest

from bridge import ChatbotBusy, ChatbotError, ChatbotNotFound, ChatbotUnauthorized, ChatbotUnavailable
from bridge_sandbox.faults import Action, Fault
from bridge_sandbox.vectorshift import FakeVectorShift
from bridge_vectorshift.chatbot import VectorShift
from bridge_vectorshift.config import ChatbotTable, Owner
from tests.integration.vectorshift.parties import provider_of


async def test_by_name_and_by_id(provider: VectorShift) -> None:
    by_name = await provider.fetch(ChatbotTable(name="echo"))
    by_id = await provider.fetch(ChatbotTable(id=by_name.id))
    assert (by_id.id, by_id.name) == (by_name.id, "echo")
    agent = await provider.fetch(ChatbotTable(name="helper", kind="agent"))
    assert agent.id != by_name.id


async def test_an_agent_is_no_chatbot(provider: VectorShift) -> None:
    with pytest.raises(ChatbotNotFound, match="name=helper") as caught:
        await provider.fetch(ChatbotTable(name="helper"))
    assert caught.value.notice


@pytest.mark.parametrize(
    ("owner", "found"),
    [(Owner(username="ada", org="sandbox"), True), (Owner(username="bob"), False), (Owner(org="else"), False)],
)
async def test_of_somebody_else(provider: VectorShift, owner: Owner, found: bool) -> None:
    settings = ChatbotTable(name="echo", owner=owner)
    if found:
        assert (await provider.fetch(settings)).name == "echo"
    else:
        with pytest.raises(ChatbotNotFound):
            await provider.fetch(settings)


async def test_a_wrong_key_is_refused_and_never_shown(service: FakeVectorShift) -> None:
    provider = provider_of(service, key="canary-key")
    with pytest.raises(ChatbotUnauthorized, match="VECTORSHIFT_API_KEY") as caught:
        await provider.fetch(ChatbotTable(name="echo"))
    assert "canary" not in repr(caught.value) + (caught.value.notice or "")
    await provider.close()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("GET /chatbot", status=403), ChatbotUnauthorized),
        (Fault("GET /chatbot", status=404), ChatbotNotFound),
        (Fault("GET /chatbot", status=429, retry_after=3), ChatbotBusy),
        (Fault("GET /chatbot", status=500), ChatbotUnavailable),
        (Fault("GET /chatbot", status=503), ChatbotUnavailable),
        (Fault("GET /chatbot", Action.DROP), ChatbotUnavailable),
    ],
)
async def test_failures(
    service: FakeVectorShift, provider: VectorShift, fault: Fault, kind: type[ChatbotError]
) -> None:
    service.faults.add(fault)
    with pytest.raises(kind) as caught:
        await provider.fetch(ChatbotTable(name="echo"))
    assert type(caught.value) is kind
    assert caught.value.notice
    if isinstance(caught.value, ChatbotBusy):
        assert caught.value.retry_after == 3
    assert (await provider.fetch(ChatbotTable(name="echo"))).name == "echo"


async def test_a_service_that_does_not_answer(service: FakeVectorShift, hurried: VectorShift) -> None:
    service.faults.add(Fault("GET /chatbot", Action.DELAY, delay=2.0))
    with pytest.raises(ChatbotUnavailable, match="within 15 s"):
        await hurried.fetch(ChatbotTable(name="echo"))


async def test_a_service_that_is_down(service: FakeVectorShift, provider: VectorShift) -> None:
    await service.stop()
    with pytest.raises(ChatbotUnavailable, match="cannot be reached"):
        await provider.fetch(ChatbotTable(name="echo"))
