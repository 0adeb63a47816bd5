"""What to do about each of APNs' answers: all of Apple's reasons, and some that Apple does not name."""

import pytest

from push.apns.reactions import Reaction, reaction_to
from tests.support.push.fakes import rejected

TABLE = {
    Reaction.DEVICE_IS_DEAD: [(410, "ExpiredToken"), (410, "Unregistered")],
    Reaction.OTHER_ENVIRONMENT: [(400, "BadDeviceToken")],
    Reaction.NEW_PROVIDER_TOKEN: [(403, "ExpiredProviderToken")],
    Reaction.READ_KEY_AGAIN: [
        (403, "InvalidProviderToken"),
        (403, "BadEnvironmentKeyIdInToken"),
        (403, "BadEnvironmentKeyInToken"),
    ],
    Reaction.QUARANTINE: [(400, "DeviceTokenNotForTopic")],
    Reaction.TRY_AGAIN_ONCE_ON_NEW_CONNECTION: [
        (400, "IdleTimeout"),
        (403, "UnrelatedKeyIdInToken"),
        (429, "TooManyProviderTokenUpdates"),
    ],
    Reaction.TRY_AGAIN_ON_NEW_CONNECTION: [
        (503, "ServiceUnavailable"),
        (503, "Shutdown"),
    ],
    Reaction.TRY_AGAIN: [(429, "TooManyRequests"), (500, "InternalServerError")],
    Reaction.TELL_OPERATOR: [
        (400, "BadCollapseId"),
        (400, "BadExpirationDate"),
        (400, "BadMessageId"),
        (400, "BadPriority"),
        (400, "BadTopic"),
        (400, "DuplicateHeaders"),
        (400, "InvalidPushType"),
        (400, "MissingDeviceToken"),
        (400, "MissingTopic"),
        (400, "PayloadEmpty"),
        (400, "TopicDisallowed"),
        (403, "BadCertificate"),
        (403, "BadCertificateEnvironment"),
        (403, "Forbidden"),
        (403, "MissingProviderToken"),
        (404, "BadPath"),
        (405, "MethodNotAllowed"),
        (413, "PayloadTooLarge"),
    ],
}
# What Apple does not document, and bodies without a reason, as from something between us and Apple.
BY_STATUS = {
    Reaction.DEVICE_IS_DEAD: [410],
    Reaction.TRY_AGAIN: [408, 429, 500, 502, 503, 504, 599],
    Reaction.TELL_OPERATOR: [301, 400, 401, 403, 404, 418],
}


@pytest.mark.parametrize(
    ("status", "reason", "reaction"),
    [(status, reason, reaction) for reaction, answers in TABLE.items() for status, reason in answers],
)
def test_every_reason_of_apples(status, reason, reaction):
    assert reaction_to(rejected(status, reason)) is reaction


@pytest.mark.parametrize("reason", ["", "SomethingNew"])
@pytest.mark.parametrize(
    ("status", "reaction"), [(status, reaction) for reaction, statuses in BY_STATUS.items() for status in statuses]
)
def test_other_answers_by_their_status(status, reason, reaction):
    assert reaction_to(rejected(status, reason)) is reaction
