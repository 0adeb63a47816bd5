"""The record and the controls, in-process and over HTTP."""

import http.client
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from apns_simulator import ControlApi, ControlError, SimulatorClient, SimulatorConfig
from tests.support.apns.pusher import DEVICE


@pytest.fixture(params=["in-process", "http"])
def controls(request, apns) -> ControlApi:
    return apns if request.param == "in-process" else SimulatorClient(apns.control_url)


def raw(apns, method: str, path: str, body: bytes = b"") -> tuple[int, dict]:
    """A control request that need not be a sensible one."""
    connection = http.client.HTTPConnection(urlsplit(apns.control_url).netloc, timeout=5)
    connection.request(method, path, body)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def test_a_push_is_recorded_with_everything_about_it(controls, pusher):
    answer = pusher.push(body=b'{"callerName":"Zo\xc3\xab"}')
    [push] = controls.pushes()
    token = push.pop("provider_token")
    times = push.pop("received_at_ms"), push.pop("answered_at_ms")
    assert set(token) == {"sha256", "kid", "iss", "iat"}
    assert abs(times[0] - time.time() * 1000) < 60_000
    assert times[1] >= times[0]
    assert push == {
        "sequence": 1,
        "environment": "production",
        "connection_id": 1,
        "stream_id": 1,
        "device_token": DEVICE,
        "headers": {
            ":method": "POST",
            ":scheme": "https",
            ":path": f"/3/device/{DEVICE}",
            ":authority": "127.0.0.1",
            "apns-topic": "com.example.app.voip",
            "apns-push-type": "voip",
            "apns-priority": "10",
            "apns-expiration": "0",
        },
        "payload": {"callerName": "Zoë"},
        "payload_bytes": 21,
        "apns_id": answer.headers["apns-id"],
        "accepted": True,
        "fault_id": None,
        "status": 200,
        "reason": None,
        "ending": "answered",
    }


def test_pushes_after_a_sequence(controls, pusher):
    for _ in range(3):
        pusher.push()
    assert [push["sequence"] for push in controls.pushes(after=1)] == [2, 3]
    assert controls.pushes(after=3) == []


def test_waiting_for_the_next_push(controls, pusher):
    found: list[dict] = []
    waiter = threading.Thread(target=lambda: found.extend(controls.pushes(after=0, wait_s=10)))
    waiter.start()
    pusher.push()
    waiter.join(5)
    assert [push["sequence"] for push in found] == [1]


def test_waiting_in_vain(controls):
    assert controls.pushes(wait_s=0.05) == []


def test_connections_and_counters(controls, pusher, connect, apns):
    pusher.push()
    pusher.push(device="xyz")
    pusher.ping()
    [connection] = controls.connections()
    assert (connection["environment"], connection["pings_received"], connection["closed_at_ms"]) == (
        "production",
        1,
        None,
    )
    pusher.close()
    connect(apns, sandbox=True).push()
    assert [connection["environment"] for connection in controls.connections()] == ["production", "sandbox"]
    expected = {"pushes": 3, "accepted": 2, "status_200": 2, "status_400": 1, "reason_BadDeviceToken": 1}
    assert expected.items() <= controls.counters().items()
    assert controls.counters()["connections_opened"] == 2


def test_a_limited_record_counts_everything(start, connect):
    apns = start(keep=2)
    for _ in range(3):
        pusher = connect(apns, warm=True)
        pusher.push()
        pusher.close()
    assert [push["sequence"] for push in apns.pushes()] == [5, 6]
    assert [push["sequence"] for push in apns.pushes(after=5)] == [6]
    assert apns.counters()["pushes"] == 6
    assert len([connection for connection in apns.connections() if connection["closed_at_ms"]]) <= 2


def test_reset_forgets_but_goes_on_counting(controls, pusher):
    pusher.push()
    controls.put_device(DEVICE, dead_since_ms=1)
    controls.add_fault("silence")
    controls.change_settings(max_concurrent_streams=5)
    controls.reset()
    assert (controls.pushes(), controls.devices(), controls.faults()) == ([], [], [])
    assert controls.change_settings()["max_concurrent_streams"] == SimulatorConfig().max_concurrent_streams
    assert pusher.push().status == 200
    assert [push["sequence"] for push in controls.pushes()] == [2]
    assert controls.counters()["pushes"] == 1


def test_settings_devices_and_faults_come_back_as_they_are(controls):
    assert controls.put_device("ab", topic="t") == {
        "token": "ab",
        "environment": None,
        "topic": "t",
        "dead_since_ms": None,
        "dead_reason": "Unregistered",
    }
    fault_id = controls.add_fault("answer", status=500, count=3)
    [fault] = controls.faults()
    assert (fault["id"], fault["action"], fault["status"], fault["count"]) == (fault_id, "answer", 500, 3)
    controls.clear_faults()
    assert controls.faults() == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/faults", b"{", 400, "not JSON"),
        ("POST", "/faults", b"[]", 400, "expected a JSON object, got list"),
        ("POST", "/faults", b"{}", 400, "missing field action"),
        ("POST", "/faults", b'{"action":"explode"}', 400, "expected 'none' or 'answer'"),
        (
            "POST",
            "/faults",
            b'{"action":"silence","colour":"red"}',
            400,
            "unknown field colour; expected some of accepted",
        ),
        ("POST", "/faults", b'{"action":"silence","status":500}', 400, "status does not apply to action silence"),
        ("POST", "/faults", b'{"action":"answer"}', 400, "missing field status"),
        ("POST", "/faults", b'{"action":"answer","status":99}', 400, "expected 200 or more, at most 599"),
        ("POST", "/faults", b'{"action":"answer","status":true}', 400, "status is True; expected an integer or null"),
        ("POST", "/faults", b'{"action":"silence","probability":2}', 400, "expected 0 or more, at most 1"),
        ("POST", "/faults", b'{"action":"silence","id":7}', 400, "unknown field id"),
        ("POST", "/faults", b'{"action":"goaway","last_stream_id":[]}', 400, "empty list"),
        ("POST", "/faults", b'{"action":"goaway","last_stream_id":-1}', 400, "expected 0 or more"),
        ("POST", "/faults", b'{"action":"goaway","last_stream_id":["next"]}', 400, "'current' or 'previous'"),
        ("DELETE", "/faults/12", b"", 404, "no fault 12 is switched on"),
        ("PUT", "/devices/xyz", b"{}", 400, "expected an even number of hex digits"),
        ("PUT", "/devices/ab", b'{"environment":"staging"}', 400, "'production' or 'sandbox'"),
        ("DELETE", "/devices/ab", b"", 404, "not declared"),
        ("PUT", "/keys/K", b'{"team_id":"T","pem":"x"}', 400, "expected a PEM key"),
        ("DELETE", "/keys/K", b"", 404, "no key K"),
        ("GET", "/pushes?after=x", b"", 400, "expected a number"),
        ("GET", "/pushes?wait_s=nan", b"", 400, "expected a number"),
        ("GET", "/pushes?wait_s=3600", b"", 400, "at most 60"),
        ("POST", "/connections/close", b'{"how":"gently"}', 400, "'fin' or 'rst' or 'goaway'"),
        ("POST", "/settings", b"[]", 400, "expected a JSON object"),
        ("POST", "/settings", b'{"max_concurrent_streams":-1}', 400, "expected 0 to"),
        ("PATCH", "/faults", b"", 405, "expected GET or POST or DELETE"),
        ("GET", "/push", b"", 404, "expected one of /connections"),
    ],
)
def test_bad_input_is_told_what_is_expected(apns, method, path, body, status, words):
    answered, answer = raw(apns, method, path, body)
    assert answered == status
    assert words in answer["error"]


def test_the_client_raises_what_the_simulator_refuses(controls):
    with pytest.raises(ControlError, match="expected 'none'") as refused:
        controls.add_fault("explode")
    assert refused.value.status == 400


def test_what_is_not_http_does_no_harm(apns):
    host, port = urlsplit(apns.control_url).netloc.split(":")
    for request in (b"hello\r\n\r\n", b"\x16\x03\x01", b"POST /faults HTTP/1.1\r\ncontent-length: x\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=5) as tcp:
            tcp.sendall(request)
            tcp.shutdown(socket.SHUT_WR)
            tcp.recv(1000)
    assert apns.counters()["pushes"] == 0
    assert raw(apns, "GET", "/counters")[0] == 200
