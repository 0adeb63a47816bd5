"""What becomes of a message of the calls queue: it is settled, or delivered again."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.call_results import CallResult


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
