"""A group call: how many round trips a batch needs, counted in what the server has recorded."""

import os

from apns_simulator import ApnsSimulator
from tests.support.apns.http2_sender import Sender, known


def round_trips(pushes: list[dict[str, int]]) -> int:
    """The longest chain of pushes each of which came after the answer to the one before."""
    depth: dict[int, int] = {}
    for push in sorted(pushes, key=lambda push: push["sequence"]):
        before = [other for other in pushes if other["answered_at_ms"] < push["received_at_ms"]]
        depth[push["sequence"]] = 1 + max((depth[other["sequence"]] for other in before), default=0)
    return max(depth.values())


def test_100_devices_at_30_ms_cold(apns: ApnsSimulator, sender: Sender) -> None:
    """One push that APNs takes as the proof of the token, then all others at once: with TLS, 3 round trips."""
    apns.add_fault("none", latency_ms=30)
    assert known(sender.push_many(100)) == {"accepted": 100}
    assert round_trips(apns.pushes()) == 2
    assert apns.counters()["connections_opened"] == 1


def test_100_devices_at_30_ms_warm(apns: ApnsSimulator, sender: Sender) -> None:
    assert sender.push().known == "accepted"
    apns.add_fault("none", latency_ms=30)
    before = apns.counters()["last_sequence"]
    assert known(sender.push_many(100)) == {"accepted": 100}
    assert round_trips(apns.pushes(after=before)) == 1
    assert apns.counters()["connections_opened"] == 1


def test_pushes_that_found_no_connection_leave_no_descriptor(apns: ApnsSimulator, sender: Sender) -> None:
    assert sender.push().known == "accepted"
    before = len(os.listdir("/dev/fd"))
    for _ in range(20):
        sender.transport.renew()
        assert sender.push().known == "accepted"
    sender.idle()
    assert len(os.listdir("/dev/fd")) <= before + 2
