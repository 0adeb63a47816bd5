"""The fault matrix, made on the wire by the simulator.

After each fault: every push has returned by its deadline, what the server accepted is what we report plus unknown,
nothing is accepted twice, and the next push works.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_simulator import ApnsSimulator
from tests.support.apns.http2_sender import Result, Sender, assert_honest, known, wait_until
from tests.support.apns.simulator_configs import ALL_AT_ONCE

NEVER = 2**31 - 1
FAULTY = f"{7:064x}"


def accepted(apns: ApnsSimulator) -> list[str]:
    return [push["apns_id"] for push in apns.pushes() if push["accepted"]]


@pytest.fixture
def check(apns: ApnsSimulator, sender: Sender) -> Callable[[list[Result]], None]:
    """What holds after each fault."""

    def check(results: list[Result]) -> None:
        apns.clear_faults()
        results = [*results, sender.push()]
        assert results[-1].known == "accepted"
        assert_honest(results, accepted(apns))

    return check


type Check = Callable[[list[Result]], None]


def push_100_with(apns: ApnsSimulator, sender: Sender, action: str, **fields: Any) -> list[Result]:
    """100 in flight on a connection that allows 1000; the eighth meets the fault."""
    assert sender.push().known == "accepted"
    apns.add_fault(action, device_token=FAULTY, count=1, **fields)
    apns.add_fault("none", latency_ms=30)
    return sender.push_many(100)


def test_the_limit_goes_to_1000_and_back_to_1_with_100_in_flight(
    apns: ApnsSimulator, sender: Sender, check: Check
) -> None:
    results = push_100_with(apns, sender, "answer", status=400, reason="BadDeviceToken")
    assert known(results) == {"accepted": 99, "rejected": 1}
    check(results)


def test_a_limit_lowered_below_what_is_in_flight_is_waited_for(
    apns: ApnsSimulator, sender: Sender, check: Check
) -> None:
    assert sender.push().known == "accepted"
    apns.add_fault("none", latency_ms=30)

    async def lower_in_flight() -> list[Result]:
        sends = asyncio.gather(*(sender.send(f"{number:064x}") for number in range(100)))
        await asyncio.sleep(0.015)
        await asyncio.to_thread(apns.change_settings, max_concurrent_streams=3)
        more = asyncio.gather(*(sender.send(f"{number:064x}") for number in range(20)))
        return await sends + await more

    results = sender.runner.run(lower_in_flight())
    assert known(results) == {"accepted": 120}
    check(results)


def test_no_stream_allowed_means_not_sent(apns: ApnsSimulator, sender: Sender, check: Check) -> None:
    assert sender.push().known == "accepted"
    apns.change_settings(max_concurrent_streams=0, initial_max_concurrent_streams=0)
    sender.idle()
    results = sender.push_many(5, timeout_s=0.5)
    assert known(results) == {"not sent": 5}
    apns.change_settings(max_concurrent_streams=1000, initial_max_concurrent_streams=1)
    check(results)


@pytest.mark.parametrize("close_when_drained", [True, False])
@pytest.mark.parametrize(
    "last_stream_id",
    [0, "previous", "current", 101, NEVER, [NEVER, "current"], [NEVER, 0], ["current", "previous"]],
    ids=str,
)
def test_goaway_loses_nothing(
    apns: ApnsSimulator,
    sender: Sender,
    check: Check,
    last_stream_id: object,
    close_when_drained: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Above the last stream id is sent again, at or below it is awaited; two in a row are as good as one."""
    results = push_100_with(
        apns, sender, "goaway", last_stream_id=last_stream_id, reason="Shutdown", close_when_drained=close_when_drained
    )
    # The push that meets this fault is answered only if it is among the streams that the server still answers.
    assert known(results)["accepted"] >= 99
    assert "Shutdown" in caplog.text
    assert sender.authorization not in caplog.text
    check(results)


def test_goaway_on_an_idle_connection(apns: ApnsSimulator, sender: Sender, check: Check) -> None:
    assert sender.push().known == "accepted"
    apns.close_connections("goaway", reason="Shutdown")
    check(sender.push_many(10))
    assert apns.counters()["connections_opened"] == 2


def test_goaway_on_the_very_first_push(apns: ApnsSimulator, sender: Sender, check: Check) -> None:
    apns.add_fault("goaway", count=2, last_stream_id=0)
    result = sender.push()
    assert result.known == "accepted"
    check([result])


def test_a_refused_stream_is_sent_again(apns: ApnsSimulator, sender: Sender, check: Check) -> None:
    assert sender.push().known == "accepted"
    apns.add_fault("refuse", count=60)
    results = sender.push_many(100)
    assert known(results) == {"accepted": 100}
    check(results)


def test_a_server_that_refuses_every_stream_is_not_asked_for_ever(
    apns: ApnsSimulator, sender: Sender, check: Check
) -> None:
    apns.add_fault("refuse")
    results = sender.push_many(10)
    assert known(results) == {"not sent": 10}
    assert apns.counters()["pushes"] <= 60
    check(results)


@pytest.mark.parametrize("was_accepted", [True, False])
def test_a_reset_is_unknown(apns: ApnsSimulator, sender: Sender, check: Check, was_accepted: bool) -> None:
    results = push_100_with(apns, sender, "reset", error_code=2, accepted=was_accepted)
    assert known(results) == {"accepted": 99, "unknown": 1}
    assert results[7].error == "StreamReset"
    check(results)


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("seen", [True, False], ids=["the loop runs", "the loop stands still"])
def test_a_connection_closed_while_idle_is_replaced(
    apns: ApnsSimulator, sender: Sender, check: Check, how: str, seen: bool
) -> None:
    assert sender.push().known == "accepted"
    apns.close_connections(how)
    if seen:
        sender.idle()
    results = sender.push_many(20)
    assert known(results) == {"accepted": 20}
    check(results)


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("was_accepted", [True, False])
def test_a_connection_closed_in_flight_is_unknown(
    apns: ApnsSimulator, sender: Sender, check: Check, how: str, was_accepted: bool
) -> None:
    results = push_100_with(apns, sender, "close", how=how, accepted=was_accepted)
    assert results[7].known == "unknown"
    assert set(known(results)) <= {"unknown", "accepted"}
    check(results)


@pytest.mark.parametrize("was_accepted", [True, False])
def test_one_silent_stream_holds_up_nobody(
    apns: ApnsSimulator, sender: Sender, check: Check, was_accepted: bool
) -> None:
    assert sender.push().known == "accepted"
    apns.add_fault("silence", device_token=FAULTY, accepted=was_accepted)
    results = sender.push_many(100, timeout_s=0.6)
    assert known(results) == {"accepted": 99, "unknown": 1}
    assert max(result.took_s for result in results if result.known == "accepted") < 0.6
    check(results)
    assert apns.connections()[0]["resets_received"] == 1
    assert apns.counters()["connections_opened"] == 1


def test_silence_on_the_only_stream_gets_the_others_a_second_connection(
    apns: ApnsSimulator, sender: Sender, check: Check
) -> None:
    apns.add_fault("silence", device_token=f"{0:064x}")
    results = sender.push_many(20)
    assert known(results) == {"accepted": 19, "unknown": 1}
    check(results)


def test_silence_on_all_streams(apns: ApnsSimulator, sender: Sender, check: Check) -> None:
    assert sender.push().known == "accepted"
    apns.add_fault("silence")
    results = sender.push_many(100, timeout_s=0.5)
    assert known(results) == {"unknown": 100}
    check(results)


def test_a_peer_that_is_gone_without_a_word_is_replaced(apns: ApnsSimulator, sender: Sender, check: Check) -> None:
    """After a push that nobody said anything to, the connection is probed before it is used again."""
    assert sender.push().known == "accepted"
    apns.change_settings(answer_pings=False)
    apns.add_fault("silence", count=1)
    results = [sender.push(timeout_s=0.3), sender.push()]
    assert [result.known for result in results] == ["unknown", "accepted"]
    assert apns.counters()["connections_opened"] == 2
    apns.change_settings(answer_pings=True)
    check(results)


@pytest.mark.parametrize(("trickle_ms", "response"), [(1, "accepted"), (50, "unknown")])
def test_a_trickled_answer_is_awaited_until_the_deadline(
    apns: ApnsSimulator, sender: Sender, check: Check, trickle_ms: int, response: str
) -> None:
    assert sender.push().known == "accepted"
    apns.add_fault("none", trickle_ms=trickle_ms, count=1)
    result = sender.push(timeout_s=0.8)
    assert result.known == response
    check([result])


@pytest.mark.parametrize("header_bytes", [30_000, 80_000])
def test_a_huge_header_block(apns: ApnsSimulator, sender: Sender, check: Check, header_bytes: int) -> None:
    """It is read up to 64 KiB; beyond, the connection is given up and what it carried is unknown."""
    # The simulator needs a second or so for the larger one.
    results = push_100_with(apns, sender, "none", header_bytes=header_bytes)
    assert set(known(results)) <= {"accepted", "unknown"}
    assert (known(results) == {"accepted": 100}) == (header_bytes < 65_536)
    check(results)


@pytest.mark.parametrize(
    ("response", "body"),
    [
        ({"status": 400, "reason": "SomethingNew"}, b'{"reason": "SomethingNew"}'),
        ({"status": 502, "body": "<html>bad gateway</html>"}, b"<html>bad gateway</html>"),
        ({"status": 500, "body": ""}, b""),
    ],
)
def test_any_answer_is_an_answer(
    apns: ApnsSimulator, sender: Sender, check: Check, response: dict[str, Any], body: bytes
) -> None:
    apns.add_fault("answer", count=1, **response)
    result = sender.push()
    assert (result.known, result.status, result.body) == ("rejected", response["status"], body)
    check([result])


def test_an_answer_without_end_is_cut(apns: ApnsSimulator, sender: Sender, check: Check) -> None:
    apns.add_fault("answer", count=1, status=500, body="x" * 1_000_000)
    result = sender.push()
    assert (result.known, result.error) == ("unknown", "StreamReset")
    check([result])


def test_cancelled_pushes_leave_no_stream(apns: ApnsSimulator, sender: Sender, check: Check) -> None:
    assert sender.push().known == "accepted"
    apns.add_fault("silence", count=1000)

    async def cancel_in_flight() -> None:
        tasks = [asyncio.create_task(sender.send(f"{number:064x}")) for number in range(1000)]
        await asyncio.sleep(0.5)
        for task in tasks:
            task.cancel()
        assert all(
            isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*tasks, return_exceptions=True)
        )

    sender.runner.run(cancel_in_flight())
    sender.idle()
    wait_until(lambda: sum(connection["resets_received"] for connection in apns.connections()) == 1000)
    results = sender.push_many(1000)
    assert known(results) == {"accepted": 1000}
    check(results)


def test_pushes_cancelled_before_a_connection_is_there(apns: ApnsSimulator, sender: Sender, check: Check) -> None:
    async def cancel_at_once() -> None:
        task = asyncio.create_task(sender.send("a1" * 32))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    sender.runner.run(cancel_at_once())
    check([])


@pytest.mark.parametrize("jump_s", [3_600, -3_600, 6])
def test_a_clock_that_jumps_costs_a_probe_at_most(
    apns: ApnsSimulator, new_sender: Callable[..., Sender], jump_s: int
) -> None:
    now_ms = 1_700_000_000_000
    sender = new_sender(apns, wall_ms=lambda: now_ms)
    results = [sender.push()]
    now_ms += jump_s * 1000
    results += [sender.push(), *sender.push_many(50)]
    assert known(results) == {"accepted": 52}
    assert_honest(results, accepted(apns))
    (connection,) = apns.connections()
    assert connection["pings_answered"] == (1 if jump_s > 0 else 0)


def test_an_idle_connection_that_answers_no_ping_is_replaced(
    apns: ApnsSimulator, new_sender: Callable[..., Sender]
) -> None:
    monotonic_s = 0.0
    sender = new_sender(apns, wall_ms=lambda: 0, monotonic_s=lambda: monotonic_s)
    results = [sender.push()]
    monotonic_s += 60
    apns.change_settings(answer_pings=False)
    results += [*sender.push_many(20)]
    assert known(results) == {"accepted": 21}
    assert_honest(results, accepted(apns))
    assert apns.counters()["connections_opened"] == 2


def test_a_certificate_that_is_not_trusted(
    apns: ApnsSimulator, new_sender: Callable[..., Sender], tmp_path: Path
) -> None:
    with ApnsSimulator(tmp_path, []) as stranger:
        result = Sender(apns.production_url, stranger.ca_file, "bearer x").push()
    assert (result.known, result.error) == ("not sent", "RequestNotSent")
    assert apns.counters()["pushes"] == 0


def test_connection_refused(apns: ApnsSimulator) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{bound.getsockname()[1]}"
        with Sender(url, apns.ca_file, "bearer x") as sender:
            results = sender.push_many(10)
    assert known(results) == {"not sent": 10}
    assert max(result.took_s for result in results) < 1


def test_a_name_that_does_not_resolve(apns: ApnsSimulator) -> None:
    with Sender("https://apns.invalid", apns.ca_file, "bearer x") as sender:
        assert known(sender.push_many(10)) == {"not sent": 10}


def test_a_server_that_accepts_and_says_nothing(apns: ApnsSimulator) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        Sender(f"https://127.0.0.1:{mute.getsockname()[1]}", apns.ca_file, "bearer x") as sender,
    ):
        results = sender.push_many(10, timeout_s=0.5)
    assert known(results) == {"not sent": 10}
    assert_honest(results, [])


def test_a_server_without_http2(apns: ApnsSimulator, certificates: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificates / "server.pem")

    async def push() -> Result:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0, ssl=tls)
        async with server:
            sender = Sender(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", apns.ca_file, "bearer x")
            return await sender.send("a1")

    result = asyncio.run(push())
    assert (result.known, result.error) == ("not sent", "RequestNotSent")


def test_nothing_is_sent_twice_by_the_client_when_all_faults_come_at_random(
    start_apns: Callable[..., ApnsSimulator], new_sender: Callable[..., Sender]
) -> None:
    apns = start_apns(ALL_AT_ONCE, seed=1)
    sender = new_sender(apns)
    assert sender.push().known == "accepted"
    for action, fields in (
        ("refuse", {}),
        ("reset", {"accepted": True}),
        ("goaway", {"last_stream_id": "previous"}),
        ("goaway", {"last_stream_id": [NEVER, "current"]}),
        ("answer", {"status": 400, "reason": "BadDeviceToken"}),
        ("close", {"how": "fin", "accepted": True}),
        ("silence", {"accepted": True}),
    ):
        apns.add_fault(action, probability=0.01, **fields)
    results = [result for _ in range(10) for result in sender.push_many(200, timeout_s=1)]
    apns.clear_faults()
    results.append(sender.push())
    assert results[-1].known == "accepted"
    assert_honest(results, accepted(apns))
