"""Errors of the authorizer."""


class Unauthorized(Exception):
    """The credential is missing or invalid. The message is for our log and quotes nothing of the credential.

    Except for a JWT's issuer and audience, which are no secrets: `expected` and `received`.
    """

    def __init__(self, reason: str, *, expected: str = "", received: str = "") -> None:
        super().__init__(reason)
        self.expected = expected
        self.received = received


class CometChatUnavailable(Exception):
    """CometChat is unreachable or refuses our API key. The message has its error code at most."""


class UnknownKey(Exception):
    """The issuer has no key with this id for this algorithm."""


class JwksUnavailable(Exception):
    """The keys could not be fetched, and there are none from before."""


class NoUsableKeys(ValueError):
    """Not a key set, or one without a key that verifies signatures."""


class NoAnswer(Exception):
    """No readable response arrived in time. The message quotes nothing of the request."""
