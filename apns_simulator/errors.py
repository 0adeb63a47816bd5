"""Errors of the simulator."""


class Rejection(Exception):
    """APNs responds to a push with an error.

    Attributes:
        status: HTTP status.
        reason: Apple's reason string.
        timestamp_ms: since when the device token is dead, for 410 only.
    """

    def __init__(self, status: int, reason: str, timestamp_ms: int | None = None) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.timestamp_ms = timestamp_ms


class BadInputError(ValueError):
    """An input cannot be used; the message says what is wrong and what is expected."""


class ControlError(Exception):
    """The simulator refuses a control request. `status` is the HTTP status; the message says what is expected."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
