"""APNs clients that we did not write understand the simulator: aioapns, and @parse/node-apn on Node's own HTTP/2."""

import asyncio
import json
import ssl
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aioapns
import pytest
from aioapns.connection import APNsProductionClientProtocol

from apns_simulator import ApnsSimulator
from tests.support.apns.credentials import SigningKey
from tests.support.apns.pusher import DEVICE, VOIP_TOPIC

NODE = Path(__file__).parent / "node"
DEAD = "de" * 32
DIED_AT_MS = 1_795_000_000_123
Result = tuple[int, str | None, int | None]

# What is sent, and what Apple's documentation says comes back: status, reason, timestamp.
CASES: list[tuple[dict[str, Any], Result]] = [
    ({"device": DEVICE}, (200, None, None)),
    ({"device": DEAD}, (410, "Unregistered", DIED_AT_MS)),
    ({"device": "not-hex"}, (400, "BadDeviceToken", None)),
    ({"device": DEVICE, "topic": "com.other.voip"}, (400, "TopicDisallowed", None)),
    ({"device": DEVICE, "payload": {"x": "x" * 5200}}, (413, "PayloadTooLarge", None)),
    ({"device": DEVICE}, (200, None, None)),
]
PUSHES = [{"topic": VOIP_TOPIC, "payload": {"sessionId": "1"}} | push for push, _ in CASES]


@pytest.fixture
def apns(start) -> ApnsSimulator:
    simulator: ApnsSimulator = start()
    simulator.put_device(DEAD, dead_since_ms=DIED_AT_MS)
    return simulator


def aioapns_results(apns: ApnsSimulator, key: SigningKey, pushes: list[dict[str, Any]]) -> list[Result]:
    address = urlsplit(apns.production_url)
    context = ssl.create_default_context(cafile=str(apns.ca_file))
    context.set_alpn_protocols(["h2"])

    class SimulatorProtocol(APNsProductionClientProtocol):
        APNS_SERVER = address.hostname or ""
        APNS_PORT = address.port or 0

    async def send() -> list[Result]:
        client = aioapns.APNs(
            key=key.pem.decode(), key_id=key.key_id, team_id=key.team_id, topic=VOIP_TOPIC, ssl_context=context
        )
        client.pool.protocol_class = SimulatorProtocol
        results: list[Result] = []
        for push in pushes:
            request = aioapns.NotificationRequest(
                push["device"],
                push["payload"],
                apns_topic=push["topic"],
                push_type=aioapns.PushType.VOIP,
                priority=10,
                time_to_live=30,
            )
            result = await client.send_notification(request)
            timestamp = None if result.timestamp is None else int(result.timestamp)
            results.append((int(result.status), result.description, timestamp))
        client.pool.close()
        while client.pool.connections:  # close does not wait for the TLS goodbye
            await asyncio.sleep(0.01)
        return results

    return asyncio.run(send())


def node_apn_results(node: Path, apns: ApnsSimulator, key: SigningKey, pushes: list[dict[str, Any]]) -> list[Result]:
    address = urlsplit(apns.production_url)
    token = {"key": key.pem.decode(), "keyId": key.key_id, "teamId": key.team_id}
    provider = {"address": address.hostname, "port": address.port, "ca": apns.ca_file.read_text(), "token": token}
    run = subprocess.run(
        ["node", "push.js"],
        cwd=node,
        input=json.dumps({"provider": provider, "pushes": pushes}),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert run.returncode == 0, run.stderr
    results: list[Result] = []
    for result in json.loads(run.stdout):
        assert result["sent"] + len(result["failed"]) == 1
        if result["sent"]:
            results.append((200, None, None))
        for failure in result["failed"]:
            answer = failure["response"]
            results.append((int(failure["status"]), answer["reason"], answer.get("timestamp")))
    return results


def test_aioapns_gets_what_apple_documents(apns, signing_key):
    assert aioapns_results(apns, signing_key, PUSHES) == [result for _, result in CASES]
    assert [push["accepted"] for push in apns.pushes()] == [result[0] == 200 for _, result in CASES]
    assert apns.counters()["connections_opened"] == 1


def test_aioapns_with_a_key_that_nobody_registered(apns):
    assert aioapns_results(apns, SigningKey(), PUSHES[:1]) == [(403, "InvalidProviderToken", None)]


def test_node_apn_gets_what_apple_documents(node_client, apns, signing_key):
    assert node_apn_results(node_client, apns, signing_key, PUSHES) == [result for _, result in CASES]
    assert [push["accepted"] for push in apns.pushes()] == [result[0] == 200 for _, result in CASES]


def test_node_apn_with_a_key_that_nobody_registered(node_client, apns):
    assert node_apn_results(node_client, apns, SigningKey(), PUSHES[:1]) == [(403, "InvalidProviderToken", None)]


def test_the_lock_of_the_node_client_names_no_registry():
    assert '"resolved"' not in (NODE / "package-lock.json").read_text()
