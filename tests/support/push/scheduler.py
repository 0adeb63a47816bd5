"""Invocations of the push function side by side, of which a test decides who takes the next step, and who dies.

Whatever leaves the function's own code (`asyncio.to_thread`, `asyncio.sleep`, a push) waits here before it happens.
"""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from push.queue import Message
from shared.call_events import CallRinging
from tests.support.clocks import MovedClock

_real_sleep = asyncio.sleep
# As many turns of the loop as the deepest chain of finished tasks needs.
_TURNS = 30


@dataclass
class Step:
    """Something that is about to happen. `wait_ms` is how much time it takes at least."""

    name: str
    wait_ms: int
    permission: asyncio.Future[Any]


@dataclass(eq=False)
class Invocation:
    message: Message
    call: CallRinging
    lease_until_ms: int
    waiting: list[Step] = field(default_factory=list)
    crashed: bool = False
    read_ended: bool | None = None
    """Whether the call had ended when this invocation read so last; None before."""
    ends_read_at_ms: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    """The devices that it has read, with their time of registration."""
    task: asyncio.Task[list[str]] | None = None


class Scheduler:
    def __init__(self, clock: MovedClock) -> None:
        self._clock = clock
        self._loop = asyncio.new_event_loop()
        self._current: contextvars.ContextVar[Invocation] = contextvars.ContextVar("invocation")
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(asyncio, "to_thread", self._to_thread)
        self._patch.setattr(asyncio, "sleep", self._sleep)
        self.running: list[Invocation] = []

    @property
    def current(self) -> Invocation:
        """Whose step is happening."""
        return self._current.get()

    def start(self, invocation: Invocation, work: Coroutine[Any, Any, list[str]]) -> None:
        context = contextvars.copy_context()
        context.run(self._current.set, invocation)
        invocation.task = self._loop.create_task(work, context=context)
        self.running.append(invocation)
        self._turn()

    def let(self, invocation: Invocation, step: Step, value: object = None) -> None:
        """The step happens; `value` is for the one that waits."""
        self._clock.pass_ms(step.wait_ms)
        step.permission.set_result(value)
        self._turn()

    def crash(self, invocation: Invocation) -> None:
        """Nothing of it happens any more."""
        assert invocation.task
        invocation.crashed = True
        invocation.task.cancel()
        self._turn()

    def finished(self) -> list[Invocation]:
        """Those that have ended or died since the last time."""
        done = [each for each in self.running if each.task and each.task.done()]
        self.running = [each for each in self.running if each not in done]
        return done

    def close(self) -> None:
        for invocation in self.running:
            self.crash(invocation)
        self._patch.undo()
        self._loop.close()

    async def wait(self, name: str, wait_ms: int = 0) -> Any:
        invocation = self.current
        step = Step(name, wait_ms, self._loop.create_future())
        invocation.waiting.append(step)
        try:
            return await step.permission
        finally:
            invocation.waiting.remove(step)

    async def _to_thread(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        await self.wait(function.__name__)
        return function(*args, **kwargs)

    async def _sleep(self, seconds: float) -> None:
        if seconds:
            await self.wait("sleep", round(seconds * 1000))
        else:
            await _real_sleep(0)

    def _turn(self) -> None:
        async def turns() -> None:
            for _ in range(_TURNS):
                await _real_sleep(0)

        self._loop.run_until_complete(turns())
