"""make demo, make register and make ring, through a running stack."""

import json
import secrets
from collections.abc import Iterator

import pytest

from apns_simulator import SimulatorClient
from local.phones.phone import new_device_token
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory
from push.payload_fields import PAYLOAD_PROFILES
from tests.support.stack.local_stack import run_local


@pytest.fixture
def apple(stack: StackDescription) -> Iterator[SimulatorClient]:
    if stack.apns.control_url is None:
        pytest.skip("the running stack does not push to our simulator")
    client = SimulatorClient(stack.apns.control_url)
    yield client
    client.clear_faults()


def test_the_demo_rings_both_phones(stack_directory: StackDirectory, apple: SimulatorClient) -> None:
    before = apple.counters()["last_sequence"]

    demo = run_local(stack_directory, "demo")

    assert demo.returncode == 0, demo.stdout
    assert "answered 200 queued" in demo.stdout
    assert "Both phones rang." in demo.stdout
    pushes = apple.pushes(after=before)
    assert {push["environment"] for push in pushes if push["accepted"]} == {"production", "sandbox"}
    assert all(push["device_token"] not in demo.stdout for push in pushes)
    assert all(f"{push['payload_bytes']} of 4096 bytes" in demo.stdout for push in pushes)


def test_the_demo_says_where_a_call_got_stuck(stack_directory: StackDirectory, apple: SimulatorClient) -> None:
    apple.add_fault("answer", status=400, reason="TopicDisallowed", environment="sandbox")

    demo = run_local(stack_directory, "demo")

    assert demo.returncode == 1, demo.stdout
    assert "Not both phones rang" in demo.stdout
    assert "TopicDisallowed" in demo.stdout


def test_ring_shows_the_payload_in_every_profile(stack_directory: StackDirectory, apple: SimulatorClient) -> None:
    uid = f"callee-{secrets.token_hex(4)}"
    run_local(stack_directory, "register", uid)

    usual = run_local(stack_directory, "ring", uid, "alice")
    every = run_local(stack_directory, "ring", uid, "alice", "--profile", "all")

    assert "The payload by PayloadProfile: standard " in usual.stdout
    assert "incoming_call" not in usual.stdout
    for profile in PAYLOAD_PROFILES:
        assert f"PayloadProfile={profile}:\n{{" in every.stdout
    assert '"incoming_call": {' in every.stdout


@pytest.mark.parametrize("shape", ["signed", "documented", "custom"])
def test_a_registered_phone_rings(stack_directory: StackDirectory, apple: SimulatorClient, shape: str) -> None:
    uid = f"callee-{secrets.token_hex(4)}"
    token = new_device_token()

    registered = run_local(stack_directory, "register", uid, "--token", token, "--environment", "sandbox")
    rung = run_local(stack_directory, "ring", uid, "alice", "--type", "audio", "--shape", shape)

    assert registered.returncode == 0, registered.stdout
    assert json.loads(registered.stdout)["environment"] == "sandbox"
    assert rung.returncode == 0, rung.stdout
    (push,) = [push for push in apple.pushes() if push["device_token"] == token]
    assert push["payload"]["callerUid"] == "alice"
    assert push["payload"]["callType"] == "audio"


def test_who_has_no_phone_can_not_be_called(stack_directory: StackDirectory) -> None:
    rung = run_local(stack_directory, "ring", f"nobody-{secrets.token_hex(4)}", "alice")

    assert rung.returncode == 1
    assert "has no phone registered." in rung.stdout


def test_a_uid_that_cometchat_would_not_take_is_refused(stack_directory: StackDirectory) -> None:
    rung = run_local(stack_directory, "ring", "bob!", "alice")

    assert rung.returncode == 2
    assert "letters, digits" in rung.stdout
