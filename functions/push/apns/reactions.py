"""What to do about a reason of APNs'.

From Apple's "Handling notification responses from APNs". Where that page says "after 15 minutes", a ringing phone can't
wait: such pushes are tried again within the ring time or not at all.
"""

from enum import Enum, auto

from push.apns.outcomes import Rejected


class Reaction(Enum):
    DEVICE_IS_DEAD = auto()
    """Remove the device, unless it registered after APNs found it dead."""
    QUARANTINE = auto()
    """The token is another app's: send nothing to it for a while."""
    OTHER_ENVIRONMENT = auto()
    """The token is bad here; it may be one of the other environment's."""
    TRY_AGAIN = auto()
    TRY_AGAIN_ON_NEW_CONNECTION = auto()
    TRY_AGAIN_ONCE_ON_NEW_CONNECTION = auto()
    """APNs is at odds with this connection. Opening one after the other would look like an attack."""
    NEW_PROVIDER_TOKEN = auto()
    READ_KEY_AGAIN = auto()
    """The key may have been replaced in Secrets Manager."""
    TELL_OPERATOR = auto()
    """Our fault or our configuration's: trying again changes nothing."""


_BY_REASON = {
    "Unregistered": Reaction.DEVICE_IS_DEAD,
    "DeviceTokenNotForTopic": Reaction.QUARANTINE,
    "BadDeviceToken": Reaction.OTHER_ENVIRONMENT,
    "ExpiredProviderToken": Reaction.NEW_PROVIDER_TOKEN,
    "InvalidProviderToken": Reaction.READ_KEY_AGAIN,
    # Two spellings: Apple's documentation has the first, its servers also send the second.
    "BadEnvironmentKeyIdInToken": Reaction.READ_KEY_AGAIN,
    "BadEnvironmentKeyInToken": Reaction.READ_KEY_AGAIN,
    "UnrelatedKeyIdInToken": Reaction.TRY_AGAIN_ONCE_ON_NEW_CONNECTION,
    "TooManyProviderTokenUpdates": Reaction.TRY_AGAIN_ONCE_ON_NEW_CONNECTION,
    "IdleTimeout": Reaction.TRY_AGAIN_ONCE_ON_NEW_CONNECTION,
    "ServiceUnavailable": Reaction.TRY_AGAIN_ON_NEW_CONNECTION,
    "Shutdown": Reaction.TRY_AGAIN_ON_NEW_CONNECTION,
    "TooManyRequests": Reaction.TRY_AGAIN,
}


def reaction_to(rejected: Rejected) -> Reaction:
    """By reason; what Apple has not documented, by status."""
    if rejected.status == 410:
        return Reaction.DEVICE_IS_DEAD
    if rejected.reason in _BY_REASON:
        return _BY_REASON[rejected.reason]
    return Reaction.TRY_AGAIN if rejected.status in (408, 429) or rejected.status >= 500 else Reaction.TELL_OPERATOR
