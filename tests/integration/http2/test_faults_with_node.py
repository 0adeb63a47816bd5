"""The main faults once more, made by an HTTP/2 server that shares no code with ours or with the simulator."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from apns_simulator.certificates import ensure_certificates
from tests.integration.http2.node_server import NodeServer
from tests.support.apns.http2_sender import Result, Sender, assert_honest, known

NEVER = str(2**31 - 1)
FAULTY = f"{7:064x}"


@pytest.fixture
def node(certificates: Path) -> Iterator[NodeServer]:
    _, server_pem = ensure_certificates(certificates)
    with NodeServer(server_pem) as node:
        yield node


@pytest.fixture
def sender(node: NodeServer, certificates: Path) -> Iterator[Sender]:
    with ExitStack() as stack:
        yield stack.enter_context(Sender(node.url, certificates / "ca.pem", "bearer token"))


@pytest.fixture
def check(node: NodeServer, sender: Sender) -> Callable[[list[Result]], None]:
    def check(results: list[Result]) -> None:
        results = [*results, sender.push()]
        assert results[-1].known == "accepted"
        assert_honest(results, node.tell()["accepted"])

    return check


type Check = Callable[[list[Result]], None]


def push_100_with(node: NodeServer, sender: Sender, action: str, **fields: Any) -> list[Result]:
    assert sender.push().known == "accepted"
    node.tell(fault={"device": FAULTY, "action": action, **fields})
    node.tell(latency_ms=30)
    return sender.push_many(100)


def test_the_limit_goes_to_1000_and_back_to_1_with_100_in_flight(
    node: NodeServer, sender: Sender, check: Check
) -> None:
    results = push_100_with(node, sender, "reject", status=400, body='{"reason":"BadDeviceToken"}')
    assert known(results) == {"accepted": 99, "rejected": 1}
    check(results)
    assert node.tell()["connections"] == 1


def test_a_limit_lowered_below_what_is_in_flight_is_waited_for(node: NodeServer, sender: Sender, check: Check) -> None:
    assert sender.push().known == "accepted"
    node.tell(latency_ms=30)

    async def lower_in_flight() -> list[Result]:
        sends = asyncio.gather(*(sender.send(f"{number:064x}") for number in range(100)))
        await asyncio.sleep(0.015)
        await asyncio.to_thread(node.tell, settings=3)
        more = asyncio.gather(*(sender.send(f"{number:064x}") for number in range(20)))
        return await sends + await more

    results = sender.runner.run(lower_in_flight())
    assert known(results) == {"accepted": 120}
    check(results)


@pytest.mark.parametrize("last", [[-4], [0], [0, -4], [NEVER, 0], [NEVER, -4]], ids=str)
def test_goaway_loses_nothing(node: NodeServer, sender: Sender, check: Check, last: list[int | str]) -> None:
    """`last` is relative to the ninth stream, on which it happens."""
    results = push_100_with(node, sender, "goaway", last=last)
    assert known(results) == {"accepted": 100}
    check(results)
    assert node.tell()["connections"] == 2


def test_streams_that_a_goaway_allows_and_the_server_ignores_are_unknown(
    node: NodeServer, sender: Sender, check: Check
) -> None:
    """nghttp2 does not look at streams that it reads after it has sent a GOAWAY, whatever last stream id it said."""
    results = push_100_with(node, sender, "goaway", last=[NEVER])
    assert set(known(results)) <= {"accepted", "unknown"}
    assert all(result.known == "accepted" for result in results[:8])
    check(results)


def test_a_refused_stream_is_sent_again(node: NodeServer, sender: Sender, check: Check) -> None:
    results = push_100_with(node, sender, "refuse")
    assert known(results) == {"accepted": 100}
    check(results)


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize(
    "fault", [{"action": "reset"}, {"action": "close", "how": "destroy"}, {"action": "close", "how": "rst"}], ids=str
)
def test_a_push_that_broke_off_is_unknown(
    node: NodeServer, sender: Sender, check: Check, fault: dict[str, str], accepted: bool
) -> None:
    results = push_100_with(node, sender, **fault, accepted=accepted)
    assert results[7].known == "unknown"
    assert set(known(results)) <= {"accepted", "unknown"}
    check(results)


@pytest.mark.parametrize("accepted", [True, False])
def test_one_silent_stream_holds_up_nobody(node: NodeServer, sender: Sender, check: Check, accepted: bool) -> None:
    assert sender.push().known == "accepted"
    node.tell(fault={"device": FAULTY, "action": "silence", "accepted": accepted})
    results = sender.push_many(100, timeout_s=0.5)
    assert known(results) == {"accepted": 99, "unknown": 1}
    check(results)
    assert node.tell()["connections"] == 1


@pytest.mark.parametrize("how", ["goaway", "destroy", "rst"])
@pytest.mark.parametrize("seen", [True, False], ids=["the loop runs", "the loop stands still"])
def test_a_connection_closed_while_idle_is_replaced(
    node: NodeServer, sender: Sender, check: Check, how: str, seen: bool
) -> None:
    assert sender.push().known == "accepted"
    node.tell(close=how)
    if seen:
        sender.idle()
    results = sender.push_many(20)
    assert known(results) == {"accepted": 20}
    check(results)


def test_an_idle_connection_is_probed(node: NodeServer, certificates: Path) -> None:
    monotonic_s = 0.0
    with Sender(node.url, certificates / "ca.pem", "bearer token", monotonic_s=lambda: monotonic_s) as sender:
        assert sender.push().known == "accepted"
        monotonic_s += 3_600
        assert known(sender.push_many(20)) == {"accepted": 20}
    assert node.tell()["connections"] == 1


def test_large_payloads_obey_the_windows(node: NodeServer, sender: Sender, check: Check) -> None:
    """200 payloads of 5 KB are 15 times what the connection's window holds at first."""
    assert sender.push().known == "accepted"

    async def send_large() -> list[Result]:
        sends = (sender.send(f"{number:064x}", payload=b'{"x":"' + b"x" * 5_000 + b'"}') for number in range(200))
        return await asyncio.gather(*sends)

    results = sender.runner.run(send_large())
    assert known(results) == {"accepted": 200}
    check(results)
