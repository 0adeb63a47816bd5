"""Bodies of the page's requests."""

from dataclasses import dataclass
from typing import Literal

from apns_simulator.errors import BadInputError
from shared.devices import ApnsEnvironment
from shared.uids import UID_RULE, normalised_uid

MAX_DELIVERIES = 10
MAX_CANCEL_AFTER_S = 60
MAX_MEMBERS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhone:
    uid: str
    environment: ApnsEnvironment = "production"

    def __post_init__(self) -> None:
        _check_uid("uid", self.uid)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPhone:
    """`sign out` is the app's DELETE; `delete app` leaves a dead token behind, as on a real phone."""

    device: str
    does: Literal["sign out", "delete app"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InCall:
    device: str
    uuid: str
    does: Literal["answer", "decline", "hang up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    caller: str
    callee: str
    """A uid, or with `members` the guid of a group."""
    members: list[str]
    type: Literal["audio", "video"] = "video"
    shape: Literal["signed", "documented", "custom"] = "documented"
    deliveries: int = 1
    cancel_after_s: float | None = None

    def __post_init__(self) -> None:
        for name, uid in (
            ("caller", self.caller),
            ("callee", self.callee),
            *(("members", uid) for uid in self.members),
        ):
            _check_uid(name, uid)
        if not 1 <= self.deliveries <= MAX_DELIVERIES:
            raise BadInputError(f"deliveries is {self.deliveries}; expected 1 to {MAX_DELIVERIES}")
        if self.cancel_after_s is not None and not 0 <= self.cancel_after_s <= MAX_CANCEL_AFTER_S:
            raise BadInputError(f"cancel_after_s is {self.cancel_after_s}; expected 0 to {MAX_CANCEL_AFTER_S}, or null")
        if len(self.members) > MAX_MEMBERS:
            raise BadInputError(f"{len(self.members)} members; expected at most {MAX_MEMBERS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`count`: for so many pushes; null: until it is switched off. `device`: one phone's, or null: all."""

    id: str
    on: bool
    count: int | None = None
    device: str | None = None


def _check_uid(name: str, uid: str) -> None:
    if normalised_uid(uid) != uid:
        raise BadInputError(f"{name} is {uid!r}; expected {UID_RULE}, in lower case")
