"""Device tokens declared to the simulator."""

import re
from dataclasses import dataclass
from typing import Literal

from apns_simulator.config import Environment
from apns_simulator.errors import BadInputError, Rejection

# Apple does not document a size for device tokens, so this is only a generous limit.
MAX_TOKEN_CHARACTERS = 200
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A declared device.

    Attributes:
        environment: where its token is valid; None means both.
        topic: the only topic its token is valid for; None means any.
        dead_since_ms: when the token died (ms since the epoch), which a 410 reports; None means alive.
        dead_reason: the reason of the 410.
    """

    token: str
    environment: Environment | None = None
    topic: str | None = None
    dead_since_ms: int | None = None
    dead_reason: Literal["Unregistered", "ExpiredToken"] = "Unregistered"

    def __post_init__(self) -> None:
        if not is_well_formed(self.token):
            raise BadInputError(
                f"device token {self.token!r}; expected an even number of hex digits, at most {MAX_TOKEN_CHARACTERS}"
            )


class Devices:
    """Declared devices, by device token."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}

    def put(self, device: Device) -> None:
        """Declare a device or change it."""
        self._devices[device.token.lower()] = device

    def remove(self, token: str) -> bool:
        """Forget a device; False if it was not declared."""
        return self._devices.pop(token.lower(), None) is not None

    def all(self) -> list[Device]:
        """Return the declared devices in the order they were declared."""
        return list(self._devices.values())

    def clear(self) -> None:
        """Forget all devices."""
        self._devices.clear()

    def check(self, token: str, topic: str, environment: Environment, *, accept_unknown: bool) -> None:
        """Check that a push to a device token would be accepted.

        Raises:
            Rejection: 400 BadDeviceToken, 400 DeviceTokenNotForTopic, 410 with `timestamp_ms`.
        """
        if not is_well_formed(token) or is_placeholder(token):
            raise Rejection(400, "BadDeviceToken")
        device = self._devices.get(token.lower())
        if device is None:
            if not accept_unknown:
                raise Rejection(400, "BadDeviceToken")
            return
        if device.environment not in (None, environment):
            raise Rejection(400, "BadDeviceToken")
        if device.topic not in (None, topic):
            raise Rejection(400, "DeviceTokenNotForTopic")
        if device.dead_since_ms is not None:
            raise Rejection(410, device.dead_reason, device.dead_since_ms)


def is_well_formed(token: str) -> bool:
    """Tell whether APNs could have issued this token."""
    return len(token) <= MAX_TOKEN_CHARACTERS and _HEX.fullmatch(token) is not None


def is_placeholder(token: str) -> bool:
    """Tell whether all bits of the token are set.

    Senders use such a token to test key and topic: APNs checks those first, then responds BadDeviceToken. That APNs
    never issues such a token is our assumption.
    """
    return not token.lower().strip("f")
