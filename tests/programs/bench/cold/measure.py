"""Which cases are measured, and how often. Everything is in milliseconds."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from docker.errors import DockerException

from local.errors import DockerUnavailable
from local.sam_local.docker_engine import find
from local.sample_events import sample_events
from local.sample_events.calls import ringing
from local.sample_events.shapes import sqs_event
from local.startup import sam
from shared.clock import now_ms
from tests.programs.bench.cold import container, process
from tests.programs.bench.cold.imports import import_times
from tests.programs.bench.cold.process import Cold
from tests.programs.bench.cold.world import Subject, World

AWS_MS, APNS_MS = 5, 30
EVENTS = {
    "webhook": "webhook-call-initiated-signed",
    "tokens": "tokens-register",
    "authorizer": "authorizer-valid",
}
MEMORY_MB = {"webhook": (256, 512, 1024, 1769), "push": (512, 1024, 1769, 3008), "tokens": (512, 1024, 1769)}
MEMORY_MB["authorizer"] = MEMORY_MB["tokens"]
DEVICES = (1, 10, 100)
WARM_WEBHOOKS = 1_000
# Longer than a connection to APNs is trusted without asking it.
IDLE_S = 6.0


@dataclass
class Results:
    cold: dict[tuple[str, str], list[Cold]] = field(default_factory=dict)
    """By subject, and "process" or "container"; one a round."""
    by_memory: dict[tuple[str, int], list[Cold]] = field(default_factory=dict)
    warm_webhook: dict[str, tuple[float, float]] = field(default_factory=dict)
    """p50 and p99."""
    pushes: dict[tuple[str, str, int], float] = field(default_factory=dict)
    """By subject, "warm" or "idle", and number of devices. Medians."""
    webhook_imports: dict[str, float] = field(default_factory=dict)
    """By package."""
    no_docker: str = ""


def event_for(name: str, devices: int = 1) -> dict[str, Any]:
    """Of this moment, so that a call still rings."""
    if name == "push":
        return sqs_event(now_ms(), ringing("bench", now_ms(), callee=f"phones-{devices}"))
    return sample_events(now_ms())[EVENTS[name]]


def measure(world: World, samples: int) -> Results:
    results = Results()
    try:
        engine = find(sam.host_architecture())
        results.no_docker = "" if engine.has_base_image else f"there is no image {container.image()}"
    except (DockerUnavailable, DockerException) as problem:
        results.no_docker = str(problem)
    with world.variables(aws_ms=AWS_MS, apns_ms=APNS_MS) as variables:
        _cold(world, variables, samples, results)
        results.webhook_imports = import_times(world, world.ours["webhook"], variables)
        _push(world, variables, results)
    # Its own time: AWS answers at once.
    with world.variables(aws_ms=0, apns_ms=0) as variables:
        for subject in (world.ours["webhook"], world.baseline["webhook"]):
            _say(f"{subject.name} warm")
            results.warm_webhook[subject.name] = _warm_webhook(world, subject, variables)
    return results


def _cold(world: World, variables: Mapping[str, str], samples: int, results: Results) -> None:
    """The subjects take turns, so that a busy moment of the machine does not fall on one of them alone."""
    # Not calls, which is made of the same parts as tokens.
    ours = {name: world.ours[name] for name in ("webhook", "push", "tokens", "authorizer")}
    subjects = {**ours, **{each.name: each for each in _baselines(world)}}
    for number in range(samples):
        for name, subject in subjects.items():
            _say(f"cold start {number + 1} of {samples}: {name}")
            measured = process.cold(world, subject, variables, event_for(_kind(name)))
            results.cold.setdefault((name, "process"), []).append(measured)
            if results.no_docker:
                continue
            for memory_mb in {container.FULL_CPU_MB, *(MEMORY_MB.get(name, ()) if number % 2 == 0 else ())}:
                measured = container.cold(world, subject, variables, event_for(_kind(name)), memory_mb=memory_mb)
                results.by_memory.setdefault((name, memory_mb), []).append(measured)
                if memory_mb == container.FULL_CPU_MB:
                    results.cold.setdefault((name, "container"), []).append(measured)


def _push(world: World, variables: Mapping[str, str], results: Results) -> None:
    for subject in (world.ours["push"], world.baseline["push"]):
        for devices in DEVICES:
            _say(f"{subject.name} to {devices} devices")
            with process.running(world, subject, variables) as function:

                def push(function: process.Running = function, devices: int = devices) -> float:
                    took_ms: float = function.invoke(event_for("push", devices))["took_ms"]
                    return took_ms

                push(), push()

                def idle_push(function: process.Running = function, push: Callable[[], float] = push) -> float:
                    function.frozen(IDLE_S)
                    return push()

                results.pushes[subject.name, "warm", devices] = median(push() for _ in range(7))
                results.pushes[subject.name, "idle", devices] = median(idle_push() for _ in range(2))


def _warm_webhook(world: World, subject: Subject, variables: Mapping[str, str]) -> tuple[float, float]:
    with process.running(world, subject, variables) as function:
        event = event_for("webhook")
        for _ in range(20):
            function.invoke(event)
        percentiles = quantiles((function.invoke(event)["took_ms"] for _ in range(WARM_WEBHOOKS)), n=100)
    return percentiles[49], percentiles[98]


def _baselines(world: World) -> list[Subject]:
    return [*world.baseline.values(), *world.baseline_compiled.values()]


def _kind(name: str) -> str:
    return name.removeprefix("baseline ").partition(",")[0]


def _say(what: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {what}", file=sys.stderr)
