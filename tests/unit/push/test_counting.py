"""What is counted of APNs' answers: each as 0 or 1 in four metrics, so that an average is a share."""

import pytest

from push.apns.outcomes import Accepted, NotSent, Unknown
from tests.support.push.events import device, ringing
from tests.support.push.fakes import rejected

ANSWERS = ["PushesAccepted", "PushesRejected", "PushesToDeadDevices", "BadDeviceTokens"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Accepted(), [1, 0, 0, 0]),
        (rejected(410, "Unregistered"), [0, 0, 1, 0]),
        (rejected(400, "BadDeviceToken"), [0, 1, 0, 1]),
        (rejected(400, "DeviceTokenNotForTopic"), [0, 1, 0, 0]),
        (rejected(403, "InvalidProviderToken"), [0, 1, 0, 0]),
        (rejected(503, "ServiceUnavailable"), [0, 1, 0, 0]),
    ],
)
def test_an_answer_is_one_of_these_and_none_of_the_others(push_function, counted, outcome, expected):
    push_function.devices.put(device())
    push_function.apns.script, push_function.apns.takes_ms = [outcome], 5_000
    push_function.deliver(ringing())
    assert [counted()[name] for name in ANSWERS] == expected
    assert "PushesUnanswered" not in counted()


@pytest.mark.parametrize("outcome", [NotSent("x"), Unknown("x")])
def test_a_push_without_an_answer_is_no_part_of_the_shares(push_function, counted, outcome):
    push_function.devices.put(device())
    push_function.apns.script, push_function.apns.takes_ms = [outcome], 5_000
    push_function.deliver(ringing())
    assert counted()["PushesUnanswered"] == 1
    assert not set(ANSWERS) & counted().keys()
