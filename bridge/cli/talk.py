"""A conversation with a chatbot on a terminal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

import typer

from bridge.chatbot import (
    ApprovalRequest,
    Complete,
    Delta,
    EndReason,
    Provider,
    ProviderContext,
    ReauthorizationRequest,
    Session,
    SessionEvent,
    ToolCall,
    ToolStatus,
    TurnEnded,
)
from bridge.cli.lines import Lines
from bridge.clock import SystemClock
from bridge.config import Config
from bridge.errors import ChatbotBusy, ChatbotUnavailable, MessageRefused
from bridge.model import SessionId
from bridge.plugins import resolve

STEPS = {ToolStatus.RUNNING: "uses {}", ToolStatus.DONE: "has used {}", ToolStatus.FAILED: "could not use {}"}


async def talk(settings: Config, name: str, *, resume: str | None, message: str | None) -> bool:
    """Ask `message`, or every line of the input. False when the last answer did not come to its end.

    Raises ChatbotError when there is no conversation, PluginError when the provider cannot be loaded.
    """
    entry = settings.chatbots[name]
    spec = settings.providers[entry.provider]
    provider: Provider = resolve(spec.spec.factory)(spec.table, ProviderContext(spec.name, SystemClock()))
    try:
        chatbot = await provider.fetch(entry.table)
        _say(f"Fetched chatbot: {chatbot.name} (id={chatbot.id})")
        session = await (chatbot.create_session() if resume is None else chatbot.resume_session(SessionId(resume)))
        try:
            _say(f"Session connected: {session.id}")
            talking = Talk(session)
            return await (talking.until_end() if message is None else talking.ask(message))
        finally:
            await session.disconnect()
    finally:
        await provider.close()


class Talk:
    """The turns of one session, printed as they are written."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._interrupt: Callable[[], object] = lambda: None
        """What Ctrl-C does at the moment."""
        self._ending: asyncio.Task[None] | None = None
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupted)

    async def until_end(self) -> bool:
        """Ask each line of the input, until its end or Ctrl-C between two answers."""
        lines = Lines()
        self._interrupt = lines.end
        done = True
        while (line := await lines.next("> ")) is not None:
            if line.strip():
                done = await self._survive(self.ask(line, lines))
                self._interrupt = lines.end
        return done

    async def ask(self, question: str, lines: Lines | None = None) -> bool:
        """One turn, through approvals where there are `lines` to answer with. True when it was answered or stopped."""
        self._interrupt = self._stop
        await self._session.send(question)
        ended, request = await self._listen()
        while ended.reason is EndReason.WAITING and request is not None and lines is not None:
            answer = await lines.next("Approve? [y/N] ")
            await self._session.respond(request.id, approve=(answer or "").strip().lower() in {"y", "yes"})
            ended, request = await self._listen()
        if ended.reason is EndReason.FAILED:
            _say(f"The chatbot gave up: {ended.error}", err=True)
        if ended.reason is EndReason.WAITING:
            _say("The chatbot waits for somebody. Answer it there, and go on with --resume.", err=True)
        return ended.reason in {EndReason.ANSWERED, EndReason.STOPPED}

    def _interrupted(self) -> None:
        self._interrupt()

    def _stop(self) -> None:
        """Stop the answer; `listen` ends by it."""
        if self._ending is None or self._ending.done():
            self._ending = asyncio.create_task(self._session.stop())

    async def _listen(self) -> tuple[TurnEnded, ApprovalRequest | None]:
        shown: dict[str, str] = {}
        request: ApprovalRequest | None = None
        ended = TurnEnded(EndReason.FAILED, "the session's events stopped before the end of the turn")
        async for event in self._session.listen():
            match event:
                case Delta(id, _) | Complete(id, _):
                    before = shown.get(id, "")
                    shown[id] = event.text if isinstance(event, Complete) else before + event.text
                    separate = "\n\n" if shown.keys() != {id} and not before else ""
                    _say(separate + shown[id].removeprefix(before), end="")
                case TurnEnded():
                    ended = event
                case ApprovalRequest():
                    request = event
            if (step := describe(event)) is not None:
                _say(f"\n  {step}" if shown else f"  {step}", dim=True, end="" if shown else "\n")
        _say("")
        return ended, request

    async def _survive(self, turn: Awaitable[bool]) -> bool:
        """Say what went wrong in one turn, and let the next one be asked."""
        try:
            return await turn
        except (ChatbotUnavailable, ChatbotBusy, MessageRefused) as error:
            _say(str(error), err=True)
            return False


def describe(event: SessionEvent) -> str | None:
    """A line about what the chatbot does besides writing; None for everything else."""
    match event:
        case ToolCall(name=name, status=status):
            return STEPS[status].format(name)
        case ApprovalRequest(title=title, fields=fields):
            return f"asks for approval: {title}" + "".join(f"\n    {key}: {value}" for key, value in fields.items())
        case ReauthorizationRequest(title=title, url=url):
            return f"needs a new sign-in: {title}" + (f" ({url})" if url else "")
        case _:
            return None


def _say(text: str, *, dim: bool = False, end: str = "\n", err: bool = False) -> None:
    typer.echo(typer.style(text, dim=True) if dim else text, nl=False, err=err)
    typer.echo(end, nl=False, err=err)
