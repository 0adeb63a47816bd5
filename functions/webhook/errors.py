"""Errors of the webhook function."""

from typing import Literal

from shared.errors import UnusableSecret

type RefusalReason = Literal["no credential", "wrong signature", "wrong basic credentials"]


class BodyTooLarge(Exception):
    """Larger than any webhook of CometChat's."""


class Refused(Exception):
    """The request is not from CometChat. `reason` is for our log, never for the answer."""

    def __init__(self, reason: RefusalReason) -> None:
        self.reason = reason


class MalformedCredentials(UnusableSecret):
    """The secret does not hold credentials."""


class NoCredentials(UnusableSecret):
    """The secret has no value yet, so every request is refused."""


class QueueUnavailable(Exception):
    """The event is not known to be on the queue. CometChat may send it again; twice does no harm."""
