"""A function in Lambda's image under Lambda's emulator (RIE), with as much of a processor as Lambda would give it.

RIE starts the function's process when the first request comes, so the clock runs from there: the time that Docker takes
to make a container is not in it.
"""

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import docker
import httpx

from local.startup import sam
from tests.programs.bench.cold.process import Cold, check
from tests.programs.bench.cold.world import Subject, World

FULL_CPU_MB = 1769
"""Lambda's own measure: with so much memory a function has one vCPU."""
_START_S = 10
_WARM = 9


def image() -> str:
    return f"public.ecr.aws/lambda/python:3.13-{sam.host_architecture()}"


def cold(
    world: World, subject: Subject, variables: Mapping[str, str], event: Mapping[str, Any], *, memory_mb: int
) -> Cold:
    with _container(world, subject, variables, memory_mb) as url, httpx.Client(trust_env=False, timeout=60) as client:
        started = time.time()
        response = client.post(url, json=event)
        answered = time.time()
        warm_ms = median(client.post(url, json=event).json()["took_ms"] for _ in range(_WARM))
    measured = response.json()
    if "answer" not in measured:
        raise SystemExit(f"{subject.name} in a container: {measured}")
    check(measured["answer"])
    return Cold((measured["ready_at"] - started) * 1000, (answered - started) * 1000, warm_ms)


@contextmanager
def _container(world: World, subject: Subject, variables: Mapping[str, str], memory_mb: int) -> Iterator[str]:
    """The URL to post events to. On this machine's own network: AWS and APNs listen on 127.0.0.1."""
    port, api_port = _free_port(), _free_port()
    mounts = {
        subject.task: "/var/task",
        subject.opt: "/opt",
        world.rie: "/var/rapid/aws-lambda-rie",
        Path(__file__).parent: "/bench",
        Path(variables["APNS_CA_FILE"]): "/cas.pem",
    }
    container = docker.from_env().containers.run(
        image(),
        entrypoint=["/var/rapid/aws-lambda-rie", "--log-level", "error"],
        command=[
            f"--runtime-interface-emulator-address=127.0.0.1:{port}",
            f"--runtime-api-address=127.0.0.1:{api_port}",
        ],
        environment={
            **variables,
            "APNS_CA_FILE": "/cas.pem",
            "SSL_CERT_FILE": "/cas.pem",
            "BENCH_HANDLER": subject.handler,
            "PYTHONPATH": "/bench",
            "AWS_LAMBDA_FUNCTION_HANDLER": "timed.handler",
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "30",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        },
        volumes={str(source): {"bind": target, "mode": "ro"} for source, target in mounts.items()},
        network_mode="host",
        nano_cpus=memory_mb * 10**9 // FULL_CPU_MB,
        mem_limit=f"{memory_mb}m",
        detach=True,
    )
    try:
        _wait_for(port, container)
        yield f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    finally:
        container.remove(force=True)


def _wait_for(port: int, container: Any) -> None:
    deadline = time.monotonic() + _START_S
    with socket.socket() as probe:
        while probe.connect_ex(("127.0.0.1", port)):
            if time.monotonic() > deadline:
                raise SystemExit(f"no container of {image()} started:\n{container.logs().decode()}")
            time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
