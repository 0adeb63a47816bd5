"""Errors of the tokens function."""


class ForeignUid(Exception):
    """The body names a user other than the signed-in one."""


class RegistryUnavailable(Exception):
    """The change may not have been made. It is safe to repeat."""


class TooManyNewDevices(Exception):
    """The user has registered more new tokens today than any real user does."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
