"""Rings of warm functions. The subjects take turns, so that a busy moment of the machine falls on all of them."""

import ssl
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median

import httpx

from tests.programs.bench.cold import process
from tests.programs.bench.cold.aws_stub import REQUESTS_PATH
from tests.programs.bench.cold.measure import event_for
from tests.programs.bench.cold.world import Subject, World
from tests.programs.bench.ring.aws_requests import AwsRequest, AwsRequests, summary

AWS_MS, APNS_MS = 5, 30
PHONES = (1, 3, 10)
# The last of ten phones is answered that much later than the first: too late for one note of all.
SPREAD_MS = 200
WARM_UP = 20
TIMED_RINGS = 20
CPU_RINGS = 100


@dataclass
class Ring:
    """Of one subject and one number of phones. Times in ms, one for each round."""

    took_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    requests: list[AwsRequests] = field(default_factory=list)
    requests_when_spread: list[AwsRequests] = field(default_factory=list)


type Rings = dict[tuple[str, int], Ring]


def measure(world: World, subjects: Sequence[Subject], rounds: int) -> Rings:
    rings: Rings = {(subject.name, phones): Ring() for subject in subjects for phones in PHONES}
    with world.variables(aws_ms=AWS_MS, apns_ms=APNS_MS) as variables, _all_running(world, subjects, variables) as all_:
        for number in range(rounds):
            for ring, function, phones in _turns(all_, rings, f"time, round {number + 1}"):
                ring.took_ms.append(median(_rings(function, phones, TIMED_RINGS, "took_ms")))
                ring.requests.append(_requests_of_one_ring(function, phones, variables))
    with (
        world.variables(aws_ms=AWS_MS, apns_ms=APNS_MS, apns_spread_ms=SPREAD_MS) as variables,
        _all_running(world, subjects, variables) as all_,
    ):
        for ring, function, phones in _turns(all_, rings, "spread"):
            ring.requests_when_spread.append(_requests_of_one_ring(function, phones, variables))
    # AWS and APNs answer at once: what is left is the function's own work. Two processes of the same function differ by
    # some 5 %, so each round has new ones.
    with world.variables(aws_ms=0, apns_ms=0) as variables:
        for number in range(rounds):
            with _all_running(world, subjects, variables) as all_:
                for ring, function, phones in _turns(all_, rings, f"CPU, round {number + 1}"):
                    ring.cpu_ms.append(median(_rings(function, phones, CPU_RINGS, "cpu_ms")))
    return rings


@contextmanager
def _all_running(
    world: World, subjects: Sequence[Subject], variables: Mapping[str, str]
) -> Iterator[dict[str, process.Running]]:
    with ExitStack() as cleanup:
        yield {subject.name: cleanup.enter_context(process.running(world, subject, variables)) for subject in subjects}


def _turns(
    functions: Mapping[str, process.Running], rings: Rings, title: str
) -> Iterator[tuple[Ring, process.Running, int]]:
    for phones in PHONES:
        for name, function in functions.items():
            print(f"[{time.strftime('%H:%M:%S')}] {title}: {name}, {phones} phones", file=sys.stderr)
            _rings(function, phones, WARM_UP, "took_ms")
            yield rings[name, phones], function, phones


def _rings(function: process.Running, phones: int, times: int, figure: str) -> list[float]:
    return [float(function.invoke(event_for("push", phones))[figure]) for _ in range(times)]


def _requests_of_one_ring(function: process.Running, phones: int, variables: Mapping[str, str]) -> AwsRequests:
    tls = ssl.create_default_context(cafile=variables["APNS_CA_FILE"])
    with httpx.Client(http2=True, verify=tls, trust_env=False) as client:
        requests_url = variables["AWS_ENDPOINT_URL"] + REQUESTS_PATH
        pushes_url = variables["APNS_PRODUCTION_URL"] + "/pushes"
        client.get(requests_url), client.get(pushes_url)
        function.invoke(event_for("push", phones))
        pushes_ms = client.get(pushes_url).json()
        requests = [AwsRequest(*fields) for fields in client.get(requests_url).json()]
    if len(pushes_ms) != phones:
        raise SystemExit(f"{len(pushes_ms)} pushes for {phones} phones")
    return summary(requests, min(pushes_ms))
