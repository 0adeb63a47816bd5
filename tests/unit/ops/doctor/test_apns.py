"""What each of APNs' answers to doctor's push says of the key and the topic."""

import pytest

from ops.doctor.apns import read_outcome
from ops.doctor.findings import Ok, Problem, ProblemCode
from push.apns.outcomes import Accepted, NotSent, Outcome, Rejected, Unknown
from tests.support.apns.credentials import SigningKey
from tests.support.apns.key_secrets import apns_key

KEY = apns_key(SigningKey())


@pytest.mark.parametrize(
    "outcome",
    [
        Rejected(400, "BadDeviceToken"),
        Rejected(400, "DeviceTokenNotForTopic"),
        Rejected(410, "Unregistered", 1),
        Rejected(429, "TooManyRequests"),
        Accepted(),
    ],
)
def test_a_word_about_the_device_means_that_key_and_topic_are_taken(outcome: Outcome) -> None:
    assert isinstance(read_outcome(outcome, "production", KEY, "app.voip"), Ok)


@pytest.mark.parametrize(
    ("outcome", "name"),
    [
        (Rejected(403, "InvalidProviderToken"), ProblemCode.APNS_KEY_UNKNOWN),
        (Rejected(403, "BadEnvironmentKeyIdInToken"), ProblemCode.APNS_KEY_OF_OTHER_ENVIRONMENT),
        (Rejected(403, "BadEnvironmentKeyInToken"), ProblemCode.APNS_KEY_OF_OTHER_ENVIRONMENT),
        (Rejected(400, "TopicDisallowed"), ProblemCode.APNS_TOPIC_REFUSED),
        (Rejected(400, "BadTopic"), ProblemCode.APNS_TOPIC_REFUSED),
        (Rejected(403, "ExpiredProviderToken"), ProblemCode.APNS_REFUSES),
        (Rejected(403, "Forbidden"), ProblemCode.APNS_REFUSES),
        (Rejected(503, "Shutdown"), ProblemCode.APNS_OUT_OF_ORDER),
        (Rejected(502, ""), ProblemCode.APNS_OUT_OF_ORDER),
        (NotSent("ConnectError"), ProblemCode.APNS_UNREACHABLE),
        (Unknown("TimeoutError"), ProblemCode.APNS_UNREACHABLE),
    ],
)
@pytest.mark.parametrize("environment", ["production", "sandbox"])
def test_anything_else_is_a_fault(outcome: Outcome, name: ProblemCode, environment: str) -> None:
    found = read_outcome(outcome, environment, KEY, "app.voip")

    assert isinstance(found, Problem)
    assert found.code is name
    assert found.what.startswith(f"{environment}: ")
    assert found.remedy
