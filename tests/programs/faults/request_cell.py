"""A cell about a function that answers requests: one while the fault lasts, and one after it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from tests.programs.faults.cell import Cell, Moment
from tests.programs.faults.observation import Observation
from tests.programs.faults.switches import switch_on
from tests.programs.faults.world import World, timed_invoke
from tests.support.aws.lambda_runtime import RunningFunction


@dataclass(frozen=True, slots=True)
class Answer:
    """`succeeded`: it says so. `done`: what it is about has been done, whatever it says."""

    said: str
    succeeded: bool
    done: bool
    took_s: float


class RequestCell(ABC):
    """`waits_s` is how long the one who asks waits for the answer."""

    function: ClassVar[str]
    waits_s: ClassVar[float]
    # What it may answer if it does not succeed.
    failures: ClassVar[tuple[str, ...]] = ("503",)

    def __init__(self, world: World, cell: Cell) -> None:
        self.world = world
        self.cell = cell

    def run(self) -> Observation:
        world, cell = self.world, self.cell
        observation = Observation(cell.name, calls=1, deliveries=1)
        with world.function(self.function) as function:
            if cell.moment is Moment.WARM:
                self.ask(function)
                world.clock.skip(self.caches_expire_s)
            end_fault = switch_on(world, cell, [])
            first = self.ask(function)
            world.clock.skip(cell.lasts_s)
            end_fault()
            after = self.ask(function)
            observation.read_log(function.printed())
        observation.answers, observation.longest_s = [first.said, after.said], round(first.took_s, 2)
        observation.rung = int(first.done)
        if first.took_s > self.waits_s:
            observation.late.append(f"answered after {first.took_s:.1f} s; expected at most {self.waits_s} s")
        if first.succeeded and not first.done:
            observation.problems.append(f"answered {first.said}, and has not done it")
        if not first.succeeded and self.must_succeed():
            observation.problems.append(f"answered {first.said}, although it had all that it needed")
        if not first.succeeded and first.said not in self.failures:
            observation.problems.append(f"answered {first.said}; expected one of {', '.join(self.failures)}")
        if not (after.succeeded and after.done):
            observation.problems.append(f"after the fault it answered {after.said}")
        return observation

    @property
    def caches_expire_s(self) -> float:
        """Longer than any value is kept, so that a warm environment asks again; 0 where nothing is kept."""
        return 0.0

    @abstractmethod
    def ask(self, function: RunningFunction) -> Answer: ...

    @abstractmethod
    def must_succeed(self) -> bool:
        """Under this fault."""

    def invoke(self, function: RunningFunction, event: object) -> tuple[dict[str, Any], float]:
        return timed_invoke(self.world, function, event)
