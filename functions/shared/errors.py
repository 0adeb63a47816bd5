"""Errors that several functions raise."""


class ConfigurationError(Exception):
    """One or more settings are missing or wrong; the message names each of them and what is expected."""


class WrongArchitecture(Exception):
    """The layers were built for another processor than the one that this function runs on."""


class HandlerFailed(Exception):
    """The only exception that leaves a handler. Lambda prints its message, which quotes nothing."""


class SecretUnavailable(Exception):
    """Secrets Manager could not be asked; trying again later may help."""


class UnusableSecret(Exception):
    """The secret is empty or malformed; the message says what is expected, and nothing of what is there."""


class RestApiKeyUnusable(UnusableSecret):
    """CometChat can't be asked."""


class UnreadableBody(Exception):
    """API Gateway says that the body is base64, and it is not."""


class InvalidBody(Exception):
    """The body is not what it should be. `field` is a path ("" for the whole body), `expected` what belongs there."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field or 'the body'} must be {expected}")
        self.field = field
        self.expected = expected


class UnreadableEvent(Exception):
    """A message that is not one of our events, or of a version that this code does not know."""
