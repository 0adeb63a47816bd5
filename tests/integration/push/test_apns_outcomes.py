"""Pushes to an APNs that obeys or misbehaves: what is sent, and what is known afterwards."""

import os
import socket
import ssl
import uuid

import pytest

from apns_simulator import SimulatorConfig
from push.apns.outcomes import Accepted, NotSent, Rejected, Unknown
from shared.call_results import CallResult
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import secret_of, secret_per_environment
from tests.support.push.events import OTHER_TOKEN, TOKEN, TOPIC
from tests.support.push.sender import APNS_ID, PushSender, voip_push

NOT_BEFORE_MS = 1_744_960_000_000


def test_the_push_arrives_as_designed(apns, sender):
    push = voip_push(payload='{"callerName":"Zoë"}'.encode())
    assert sender.push(push) == Accepted()
    [received] = apns.pushes()
    headers = {name: value for name, value in received["headers"].items() if not name.startswith(":")}
    assert headers.pop("content-length", "21") == "21"
    assert headers == {
        "apns-topic": TOPIC,
        "apns-push-type": "voip",
        "apns-priority": "10",
        "apns-expiration": str(push.expires_at_s),
        "apns-id": APNS_ID,
    }
    assert received["headers"][":method"] == "POST"
    assert received["headers"][":path"] == f"/3/device/{TOKEN}"
    assert received["payload"] == {"callerName": "Zoë"}
    assert received["provider_token"]["kid"] == "KEY1234567"


@pytest.mark.parametrize(
    ("status", "reason", "timestamp_ms"),
    [
        (400, "BadTopic", None),
        (403, "Forbidden", None),
        (410, "ExpiredToken", NOT_BEFORE_MS),
        (410, "Unregistered", NOT_BEFORE_MS),
        (413, "PayloadTooLarge", None),
        (429, "TooManyRequests", None),
        (500, "InternalServerError", None),
        (503, "Shutdown", None),
    ],
)
def test_refusals(apns, sender, status, reason, timestamp_ms):
    apns.add_fault("answer", status=status, reason=reason, timestamp_ms=timestamp_ms, count=1)
    assert sender.push() == Rejected(status, reason, timestamp_ms)
    assert sender.push() == Accepted()


def test_a_refusal_that_is_not_json(apns, sender):
    apns.add_fault("answer", status=502, body="<html>Bad gateway</html>", count=1)
    assert sender.push() == Rejected(502, "")


def test_a_dead_device(apns, sender):
    apns.put_device(TOKEN, dead_since_ms=NOT_BEFORE_MS)
    assert sender.push() == Rejected(410, "Unregistered", NOT_BEFORE_MS)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"action": "reset", "error_code": 2}, Unknown),
        ({"action": "reset", "error_code": 2, "accepted": True}, Unknown),
        ({"action": "close", "how": "fin"}, Unknown),
        ({"action": "close", "how": "rst", "accepted": True}, Unknown),
        ({"action": "silence"}, Unknown),
        ({"action": "silence", "accepted": True}, Unknown),
        # What the server says that it has not looked at is sent again.
        ({"action": "refuse"}, Accepted),
        ({"action": "goaway", "last_stream_id": "previous"}, Accepted),
        ({"action": "goaway", "last_stream_id": "current"}, Accepted),
    ],
    ids=str,
)
def test_after_a_fault_the_outcome_is_right_and_the_next_push_works(apns, sender, fault, outcome):
    sender.push(voip_push(OTHER_TOKEN))
    apns.add_fault(count=1, device_token=TOKEN, **fault)
    assert isinstance(sender.push(timeout_s=1), outcome)
    accepted = [push for push in apns.pushes() if push["accepted"] and push["device_token"] == TOKEN]
    assert len(accepted) == (outcome is Accepted or fault.get("accepted", False))
    assert sender.push() == Accepted()


@pytest.mark.parametrize("how", ["fin", "rst", "goaway"])
def test_a_connection_that_ended_while_idle_costs_nothing(apns, sender, how):
    for _ in range(3):
        before = apns.counters()["last_sequence"]
        assert sender.push() == Accepted()
        assert len(apns.pushes(after=before)) == 1
        assert apns.close_connections(how)


def test_a_delivery_survives_faults_with_one_more_push_each(apns, sender):
    for fault in ({"action": "answer", "status": 503, "reason": "Shutdown"}, {"action": "reset", "error_code": 2}):
        apns.add_fault(count=1, **fault)
    verdict = sender.deliver()
    assert (verdict.result, verdict.sent, verdict.repeats) == (CallResult.RUNG, 3, 1)
    assert [push["accepted"] for push in apns.pushes()] == [False, False, True]
    assert len({push["headers"]["apns-id"] for push in apns.pushes()}) == 1


def test_another_environment_is_found(apns, sender):
    apns.put_device(TOKEN, environment="sandbox")
    verdict = sender.deliver()
    assert (verdict.result, verdict.environment, verdict.sent) == (CallResult.RUNG, "sandbox", 2)
    assert [(push["environment"], push["accepted"]) for push in apns.pushes()] == [
        ("production", False),
        ("sandbox", True),
    ]


def test_a_token_that_is_bad_everywhere(start_apns, new_sender):
    apns = start_apns(SimulatorConfig(accept_unknown_devices=False))
    verdict = new_sender(apns).deliver()
    assert (verdict.result, verdict.environment, verdict.sent) == (CallResult.QUARANTINED, "sandbox", 2)


def test_a_key_of_one_environment_is_used_there_alone(apns, key):
    urls = {"production": apns.production_url, "sandbox": apns.sandbox_url}
    apns.put_device(TOKEN, environment="sandbox")
    with PushSender(urls, apns.ca_file, secret_per_environment(key, None)) as sender:
        assert sender.deliver().outcome == Rejected(400, "BadDeviceToken")
    assert [push["environment"] for push in apns.pushes()] == ["production"]


def test_nobody_there(certificates, key):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"https://127.0.0.1:{closed.getsockname()[1]}"
    with PushSender({"production": url}, None, secret_of(key)) as sender:
        assert isinstance(sender.push(timeout_s=1), NotSent)


def test_a_server_that_is_not_apns(apns, key):
    """Whose certificate none of the public authorities has signed."""
    with PushSender({"production": apns.production_url}, None, secret_of(key)) as sender:
        assert isinstance(sender.push(timeout_s=2), NotSent)
    assert apns.pushes() == []
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_a_key_that_apple_does_not_know(apns, new_sender):
    stranger = PushSender.to(apns, SigningKey())
    with stranger:
        verdict = stranger.deliver()
    assert (verdict.result, verdict.outcome) == (CallResult.UNDELIVERABLE, Rejected(403, "InvalidProviderToken"))
    assert verdict.sent == 1


def test_phones_rung_at_the_same_time_are_each_rung_once(apns, sender):
    tokens = [uuid.uuid4().hex * 2 for _ in range(60)]
    assert sender.push_all(tokens) == [Accepted()] * 60
    assert sorted(push["device_token"] for push in apns.pushes() if push["accepted"]) == sorted(tokens)
    assert len(apns.connections()) <= 2


def test_faults_leave_no_descriptors(start_apns, new_sender):
    apns = start_apns(SimulatorConfig(initial_max_concurrent_streams=1000, throttle_after_error=False))
    sender = new_sender(apns)
    tokens = [uuid.uuid4().hex for _ in range(20)]
    faults = [
        {"action": "reset", "error_code": 2},
        {"action": "close", "how": "fin"},
        {"action": "close", "how": "rst"},
        {"action": "goaway", "last_stream_id": "current"},
        {"action": "silence"},
    ]

    def settled() -> int:
        """Descriptors in use when only the simulator's listeners and this sender's one connection are left."""
        apns.close_connections("fin")
        sender.push()
        return len(os.listdir("/dev/fd"))

    sender.push()
    before = settled()
    for round_number in range(10):
        apns.add_fault(count=3, **faults[round_number % len(faults)])
        outcomes = sender.push_all(tokens, timeout_s=0.5)
        assert not any(isinstance(outcome, Rejected) for outcome in outcomes)
    apns.clear_faults()
    assert settled() <= before + 2
