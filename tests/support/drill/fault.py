"""A fault of the drill: how it is injected, and what doctor has to say first."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from apns_simulator import SimulatorClient
from ops.doctor.findings import ProblemCode
from ops.stack.deployed import DeployedStack


@dataclass(frozen=True, slots=True)
class World:
    stack: DeployedStack
    apple: SimulatorClient


type Injection = Callable[[World], Iterator[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    code: ProblemCode
    says: str
    """Part of doctor's first line."""
    inject: Callable[[World], AbstractContextManager[None]]
    link: str
    """The runbook's heading that doctor names."""


FAULTS: dict[str, Fault] = {}


def fault(name: str, code: ProblemCode, says: str, link: str = "") -> Callable[[Injection], Injection]:
    """Registers a generator that injects the fault, yields, and puts the stack in order again."""

    def register(injection: Injection) -> Injection:
        FAULTS[name] = Fault(name, code, says, contextmanager(injection), link or code.runbook)
        return injection

    return register
