"""Errors of the push function; those of the connections to APNs are in `push.apns.http2.errors`."""

from shared.errors import UnusableSecret

# Where CometChat gives no advice of its own.
RETRY_AFTER_S = 2


class NotAllQueued(Exception):
    """SQS has not taken some of the messages."""


class MembersUnavailable(Exception):
    """CometChat can't say now. `retry_after_s` is its own advice, or ours."""

    def __init__(self, why: str, retry_after_s: int = RETRY_AFTER_S) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


class MembersRefused(Exception):
    """CometChat will not say, because the key or the group is wrong; the message has its error code."""


class ApnsKeyUnusable(UnusableSecret):
    """The secret holds no key, or not one that can sign for APNs."""
