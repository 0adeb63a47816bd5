"""What Swift's and Objective-C's casts do to a value from JSON, and how a reader can fail."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

type Payload = Mapping[str, Any]


class AppCrashed(Exception):
    """A forced cast failed, or nil went where it must not."""


class NotReported(Exception):
    """The app reports no call. iOS ends it, and after a few times delivers no more VoIP pushes."""


@dataclass(frozen=True, slots=True)
class ReportedCall:
    """What CallKit shows. A uuid of None is a random one."""

    uuid: uuid.UUID | None
    caller_name: str
    has_video: bool
    handle: str | None = None


def as_string(value: object) -> str | None:
    """`as? String`."""
    return value if isinstance(value, str) else None


def as_bool(value: object) -> bool | None:
    """`as? Bool`."""
    return value if isinstance(value, bool) else None


def forced_string(payload: Payload, key: str) -> str:
    """`as! String`."""
    value = as_string(payload.get(key))
    if value is None:
        raise AppCrashed(f"{key} is no string")
    return value


def required_string(payload: Payload, key: str) -> str:
    """`guard let … as? String else { return }`, before the report."""
    value = as_string(payload.get(key))
    if value is None:
        raise NotReported(f"{key} is no string")
    return value


def ns_uuid(text: str | None) -> uuid.UUID | None:
    """`UUID(uuidString:)`: nil for anything but 8-4-4-4-12 hex digits."""
    try:
        parsed = uuid.UUID(text or "")
    except ValueError:
        return None
    return parsed if str(parsed) == (text or "").lower() else None
