"""The matrix: dependencies, kinds of faults, moments, and which cells there can be."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Dependency(StrEnum):
    APNS_KEY = "Secrets Manager, APNs key"
    WEBHOOK_SECRET = "Secrets Manager, webhook credentials"
    SQS_SEND = "SQS send"
    CALL_ENDS = "DynamoDB ends of calls"
    CALL_ENDS_QUEUE = "SQS ends of calls"
    SQS_VISIBILITY = "SQS visibility"
    DEVICES = "DynamoDB devices"
    CALLS = "DynamoDB calls"
    APNS_CONNECT = "APNs connect"
    APNS_ANSWER = "APNs answer"
    JWKS = "JWKS"
    AUTH_TOKENS = "CometChat auth tokens"
    COMETCHAT = "CometChat REST"
    REGISTRATIONS = "DynamoDB registrations"
    CALL_STATES = "DynamoDB states of calls"


class Kind(StrEnum):
    REFUSED = "refused"
    RESET = "reset"
    HANGS = "hangs before the answer"
    STALLS = "hangs in the middle"
    SLOW_1_S = "slow by 1 s"
    SLOW_5_S = "slow by 5 s"
    THROTTLED = "throttled"
    ERROR_FOR_A_MINUTE = "500 for a minute"
    MALFORMED = "malformed"
    WRONG_ONCE = "wrong once"


class Moment(StrEnum):
    COLD = "cold"
    WARM = "warm"
    MID_BATCH = "mid-batch"


EXPECTED = {
    Dependency.WEBHOOK_SECRET: "200 and the call on the queue, or 503 where there are no credentials, within 2 s",
    Dependency.SQS_SEND: "200 and the call on the queue, or 503, within 2 s",
    Dependency.CALL_ENDS: "200, and the end is in the table or on the queue, within 2 s",
    Dependency.CALL_ENDS_QUEUE: "the table fails, too: 200 and the end on the queue, or 503, within 2 s",
    Dependency.JWKS: "accepted where there are keys, else failed (500) and never refused, within 10 s",
    Dependency.AUTH_TOKENS: "accepted, or failed (500) and never refused, within 10 s",
    Dependency.REGISTRATIONS: "200 and the phone is in the table, or 503, within 5 s",
    Dependency.CALL_STATES: "200 and the state, or 503, within 5 s",
}
"""What functions that answer requests are to answer while the fault lasts. After it, each must succeed at once."""

LASTS_S = 10.0
ERROR_LASTS_S = 60.0
SLOW_S = {Kind.SLOW_1_S: 1.0, Kind.SLOW_5_S: 5.0}


@dataclass(frozen=True, slots=True)
class Cell:
    dependency: Dependency
    kind: Kind
    moment: Moment

    @property
    def name(self) -> str:
        return f"{self.dependency} / {self.kind} / {self.moment}"

    @property
    def lasts_s(self) -> float:
        """How long the fault stays, on the shifted clock."""
        return ERROR_LASTS_S if self.kind is Kind.ERROR_FOR_A_MINUTE else LASTS_S

    @property
    def impossible(self) -> str:
        """Why this cell can't be; empty if it can."""
        dependency, kind, moment = self.dependency, self.kind, self.moment
        if moment is Moment.MID_BATCH and dependency in EXPECTED:
            return "this function gets one request at a time, never a batch"
        if moment is Moment.MID_BATCH and dependency is Dependency.APNS_KEY:
            return "the key is read once for all calls of a batch"
        if kind is Kind.REFUSED and dependency is Dependency.CALLS:
            return "both tables are behind one host: see DynamoDB devices, refused"
        if kind in (Kind.THROTTLED, Kind.ERROR_FOR_A_MINUTE) and dependency is Dependency.APNS_CONNECT:
            return "before TLS there is no HTTP status"
        return ""


def all_cells() -> Iterator[Cell]:
    for dependency in Dependency:
        for kind in Kind:
            for moment in Moment:
                yield Cell(dependency, kind, moment)
