"""Pushes as they should go: one connection, APNs' stream limit, one token a connection."""

from collections.abc import Callable

from apns_simulator import ApnsSimulator
from tests.support.apns.credentials import SigningKey
from tests.support.apns.http2_sender import Sender, assert_honest, known, wait_until
from tests.support.apns.simulator_configs import ALL_AT_ONCE


def accepted(apns: ApnsSimulator) -> list[str]:
    return [push["apns_id"] for push in apns.pushes() if push["accepted"]]


def test_pushes_share_one_connection(apns: ApnsSimulator, sender: Sender) -> None:
    results = [sender.push() for _ in range(3)] + sender.push_many(200)
    assert known(results) == {"accepted": 203}
    assert_honest(results, accepted(apns))
    assert apns.counters()["connections_opened"] == 1


def test_an_answer_is_whole(apns: ApnsSimulator, sender: Sender) -> None:
    apns.put_device("dead", dead_since_ms=1_700_000_000_000)
    result = sender.push("dead")
    assert (result.known, result.status) == ("rejected", 410)
    assert result.body == b'{"reason": "Unregistered", "timestamp": 1700000000000}'


def test_the_stream_limit_is_kept(apns: ApnsSimulator, sender: Sender) -> None:
    """1 until the first accepted push, then 1000; back to 1 after a 4xx, with 100 pushes in flight."""
    apns.add_fault("answer", device_token=f"{50:064x}", status=400, reason="BadDeviceToken")
    apns.add_fault("none", latency_ms=20)
    results = sender.push_many(100) + sender.push_many(100)
    assert known(results) == {"accepted": 198, "rejected": 2}
    assert_honest(results, accepted(apns))


def test_a_new_provider_token_goes_to_a_new_connection(apns: ApnsSimulator, sender: Sender, key: SigningKey) -> None:
    assert sender.push().known == "accepted"
    assert sender.push(authorization=f"bearer {key.token()}").known == "accepted"
    sender.idle()
    first, second = apns.connections()
    assert first["provider_tokens"] == second["provider_tokens"] == 1
    wait_until(lambda: apns.counters()["connections_open"] == 1)


def test_renewing_takes_a_new_connection_and_lets_the_old_one_finish(apns: ApnsSimulator, sender: Sender) -> None:
    assert sender.push().known == "accepted"
    sender.transport.renew()
    assert sender.push().known == "accepted"
    assert apns.counters()["connections_opened"] == 2
    sender.idle()
    wait_until(lambda: apns.counters()["connections_open"] == 1)


def test_a_full_connection_gets_a_second_one(
    start_apns: Callable[..., ApnsSimulator], new_sender: Callable[..., Sender]
) -> None:
    apns = start_apns(ALL_AT_ONCE)
    apns.change_settings(max_concurrent_streams=20, initial_max_concurrent_streams=20)
    apns.add_fault("none", latency_ms=100)
    results = new_sender(apns).push_many(100)
    assert known(results) == {"accepted": 100}
    assert apns.counters()["connections_opened"] == 2
    assert_honest(results, accepted(apns))
