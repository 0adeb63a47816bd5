"""Device tokens that the simulator was told about."""

import pytest

from apns_simulator import ControlError, SimulatorConfig
from tests.support.apns.pusher import BUNDLE_ID, DEVICE, VOIP_TOPIC


def test_a_token_of_the_other_environment_is_bad(apns, connect):
    apns.put_device(DEVICE, environment="sandbox")
    answer = connect(apns).push()
    assert (answer.status, answer.reason) == (400, "BadDeviceToken")
    assert connect(apns, sandbox=True).push().status == 200


def test_a_token_of_another_topic(apns, pusher):
    apns.put_device(DEVICE, topic=BUNDLE_ID)
    answer = pusher.push()
    assert (answer.status, answer.reason) == (400, "DeviceTokenNotForTopic")
    apns.put_device(DEVICE, topic=VOIP_TOPIC)
    assert pusher.push().status == 200


def test_a_token_with_all_bits_set_belongs_to_nobody(pusher):
    answer = pusher.push("ff" * 32)
    assert (answer.status, answer.reason) == (400, "BadDeviceToken")


@pytest.mark.parametrize("reason", ["Unregistered", "ExpiredToken"])
def test_a_dead_token_is_gone_since_a_time_in_milliseconds(apns, pusher, reason):
    apns.put_device(DEVICE, dead_since_ms=1_795_000_000_123, dead_reason=reason)
    answer = pusher.push(device=DEVICE.upper())
    assert answer.status == 410
    assert answer.body == b'{"reason": "%s", "timestamp": 1795000000123}' % reason.encode()


def test_devices_are_listed_and_forgotten(apns, pusher):
    apns.put_device(DEVICE, dead_since_ms=1)
    assert [device["token"] for device in apns.devices()] == [DEVICE]
    apns.delete_device(DEVICE)
    assert apns.devices() == []
    assert pusher.push().status == 200
    with pytest.raises(ControlError):
        apns.delete_device(DEVICE)


def test_unknown_devices_can_be_refused(start, connect):
    apns = start(SimulatorConfig(accept_unknown_devices=False))
    pusher = connect(apns)
    assert pusher.push().reason == "BadDeviceToken"
    apns.put_device(DEVICE)
    assert pusher.push().status == 200
