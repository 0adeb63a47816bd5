"""What becomes of a phone, and of a message of the calls queue: it is settled, or tried again."""

from collections.abc import Sequence
from dataclasses import dataclass

from push.apns.outcomes import CannotSend, Outcome, Rejected
from shared.call_results import CallResult
from shared.devices import ApnsEnvironment


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended for the phone, or `result` None: to be tried again, not before `not_before_ms`.

    `sent` and `repeats` count the pushes of this delivery, and those of them that followed one that may have rung.
    """

    result: CallResult | None
    outcome: Outcome
    environment: ApnsEnvironment
    sent: int = 0
    repeats: int = 0
    not_before_ms: int = 0

    @property
    def reason(self) -> str:
        match self.outcome:
            case Rejected(status, reason):
                return f"APNs answered {status} {reason}"
            case CannotSend(why):
                return why
        return ""


@dataclass(frozen=True, slots=True)
class Settled:
    result: CallResult
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """To be delivered again: not before that time, or if that is 0 as soon as makes sense."""

    not_before_ms: int = 0


type MessageResult = Settled | Retry


def summary(results: Sequence[MessageResult]) -> MessageResult:
    """The message's result, from its devices' results. One device to retry brings the whole message back."""
    retries = [result for result in results if isinstance(result, Retry)]
    if retries:
        return Retry(min(retry.not_before_ms for retry in retries))
    settled = [result for result in results if isinstance(result, Settled)]
    return min(settled, key=lambda each: list(CallResult).index(each.result), default=Settled(CallResult.NO_DEVICE))
