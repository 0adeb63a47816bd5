"""The reasons that Apple documents, by the reaction they call for."""

from push.apns.reactions import Reaction

DOCUMENTED_REASONS = {
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
