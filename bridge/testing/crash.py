"""Stopping a bridge dead at its k-th effect, as a crash of the machine would, to see what the next one makes of it.

    fuse = Fuse(at=7)
    app = App(config, plugins, clock, made=fuse.wire)
    running = asyncio.create_task(app.run())
    await fuse.blown()                  # something was half done; nothing of this process has an effect any more
    await fuse.bury(running)
    ...                                 # start another App on the same database, and look at what people see

Works with any platform and provider plugin: what is wired are the objects that the plugin makes.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from bridge.errors import StoreBusy, StoreUnusable
from bridge.store import Store

T = TypeVar("T")

COUNTED = (
    *("open_thread", "open_direct", "post", "edit", "delete", "upload"),
    *("start_stream", "append_stream", "stop_stream"),
)
"""The calls of a platform that people can see."""
UNCOUNTED = ("show_activity", "find", "unmarked", "history", "channels")


class Dead(BaseException):
    """Raised in a process that was stopped, wherever it would have an effect; nothing in it catches this."""


class Fuse:
    """Counts the effects of one process and stops it at the `at`-th, or the first of that name; else it only counts.

    An effect is a commit, a call to the platform that people can see, a question or an event of a chatbot's session.
    Each counts twice: before it, and after it, when nobody has heard yet that it was done. `names` says what was
    counted. With `fails` the process is not stopped: the `at`-th effect fails once, with what that makes of its name,
    or goes on where it makes nothing. Make it on the event loop that runs the App.

    `pause` stops the process only for a while, as SIGSTOP does.
    """

    def __init__(self, at: int | str | None = None, fails: Callable[[str], Exception | None] | None = None) -> None:
        self._at = at
        self._fails = fails
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._grave = threading.Event()
        self._burial = asyncio.Event()
        self._blown = asyncio.Event()
        self._dead = False
        self._awake = threading.Event()
        self._resumed = asyncio.Event()
        self.resume()
        self.names: list[str] = []

    @property
    def dead(self) -> bool:
        """True once the process was stopped."""
        return self._dead

    def stop_at(self, at: int | str) -> None:
        """Stop the process there, if it did not get so far yet."""
        self._at = at

    def pause(self) -> None:
        """Let nothing be committed and nothing be heard of until `resume`; calls that are under way still arrive."""
        self._awake.clear()
        self._resumed.clear()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._awake.set()
        self._resumed.set()

    async def blown(self) -> None:
        """Return once the process was stopped."""
        await self._blown.wait()

    async def bury(self, process: asyncio.Task[Any]) -> None:
        """Let what hangs fail, and wait until the process has ended. Nothing of that is seen outside."""
        with self._lock:
            self._dead = True
        self.resume()
        self._grave.set()
        self._burial.set()
        process.cancel()
        await asyncio.gather(process, return_exceptions=True)

    def wire(self, made: object) -> None:
        """Count, and at its time stop, what a store, platform or provider does; to be given to an App as `made`."""
        if isinstance(made, Store):
            self._wire_store(made)
        elif hasattr(made, "fetch"):
            _wrap(made, "fetch", lambda fetch: self._making(fetch, self._wire_chatbot))
        else:
            for name in (*COUNTED, *UNCOUNTED):
                if hasattr(made, name):
                    _wrap(made, name, partial(self._calling, name, counted=name in COUNTED))

    # Where effects are counted

    def _burns(self, name: str, *, counted: bool = True) -> bool:
        """Whether it ends here. Raises what the effect fails with."""
        with self._lock:
            if self._dead or not counted:
                return self._dead
            self.names.append(name)
            if self._at not in (len(self.names), name):
                return False
            if self._fails is not None:
                error = self._fails(name)
                if error is not None:
                    raise error
                return False
            self._dead = True
            self._loop.call_soon_threadsafe(self._blown.set)
            return True

    async def _pass(self, name: str, *, counted: bool = True) -> None:
        if self._burns(name, counted=counted):
            await self._burial.wait()
            raise Dead

    def _wire_store(self, store: Store) -> None:
        writer = store._writer  # nothing else knows when a commit begins and ends
        commit, queue = writer._transaction, writer.merge

        def passing(name: str) -> None:
            if self._burns(name):
                self._grave.wait()
                raise StoreUnusable("the process was stopped")

        def transaction(operations: Sequence[Any]) -> Sequence[Any]:
            self._awake.wait()
            passing("before a commit")
            outcomes = commit(operations)
            passing("after a commit")
            self._awake.wait()
            return outcomes

        def merge(kind: Any, item: Any) -> asyncio.Future[Any]:
            if self._burial.is_set():
                raise Dead
            return queue(kind, item)

        writer._transaction, writer.merge = transaction, merge  # type: ignore[method-assign]
        _wrap(store, "confirm", self._looking)

    def _calling(
        self, name: str, call: Callable[..., Awaitable[T]], *, counted: bool = True
    ) -> Callable[..., Awaitable[T]]:
        async def called(*arguments: Any, **more: Any) -> T:
            await self._pass(f"before {name}", counted=counted)
            result = await call(*arguments, **more)
            await self._pass(f"after {name}", counted=counted)
            await self._resumed.wait()
            return result

        return called

    def _looking(self, look: Callable[[], None]) -> Callable[[], None]:
        def called() -> None:
            if not self._awake.is_set():
                raise StoreBusy("the process stands still")
            look()

        return called

    def _making(self, call: Callable[..., Awaitable[T]], wire: Callable[[T], None]) -> Callable[..., Awaitable[T]]:
        async def called(*arguments: Any, **more: Any) -> T:
            await self._pass("", counted=False)
            made = await call(*arguments, **more)
            wire(made)
            return made

        return called

    def _wire_chatbot(self, chatbot: object) -> None:
        _wrap(
            chatbot,
            "create_session",
            lambda call: self._making(self._calling("create_session", call), self._wire_session),
        )
        _wrap(chatbot, "resume_session", lambda call: self._making(call, self._wire_session))

    def _wire_session(self, session: object) -> None:
        _wrap(session, "send", partial(self._calling, "send"))
        for name in ("stop", "messages", "respond", "terminate"):
            _wrap(session, name, partial(self._calling, name, counted=False))
        _wrap(session, "listen", self._listening)

    def _listening(self, listen: Callable[[], AsyncIterator[Any]]) -> Callable[[], AsyncIterator[Any]]:
        async def events() -> AsyncIterator[Any]:
            async for event in listen():
                await self._resumed.wait()
                await self._pass(f"before {type(event).__name__}")
                yield event

        return events


def _wrap(owner: object, name: str, around: Callable[[Any], Any]) -> None:
    """Replace a method of one object."""
    setattr(owner, name, around(getattr(owner, name)))
