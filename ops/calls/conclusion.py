"""How make ring and make smoke end: what became of the call, and what to do next if it did not ring."""

from dataclasses import dataclass

from ops.calls.tracker import TrackedCall
from ops.calls.verdict import CallHistory, verdict_of
from shared.call_results import CallResult
from shared.log_messages import LogMessage

_AFTER_STATUS = {
    401: "the webhook secret and these credentials differ: make doctor compares them",
    503: "make logs ERRORS=1 says why the webhook could not accept it",
}


@dataclass(frozen=True, slots=True)
class Conclusion:
    sentence: str
    next_step: str
    """Empty if a phone rang."""

    def __str__(self) -> str:
        return f"{self.sentence}\n-> {self.next_step}" if self.next_step else self.sentence


def conclusion(call: TrackedCall, callee: str) -> Conclusion:
    answer = call.answer
    if answer.status != 200:
        return _of("did not ring: the webhook was refused", f"{answer.status} {answer.text}", _after(answer.status))
    if answer.correlation_id is None:
        return _of("did not ring: the webhook was accepted and nothing was queued", answer.text, "the reason is above")
    if call.settled is None and not call.rung:
        return _not_settled(call)
    history = CallHistory(list(call.entries), {push["sequence"]: push for push in call.pushes})
    sentence, _ = verdict_of(history, answer.sent_at_ms, callee)
    return Conclusion(f"{sentence[0].upper()}{sentence[1:]}.", "" if call.rung else _next_step(call, callee))


def _not_settled(call: TrackedCall) -> Conclusion:
    if call.first(LogMessage.CALL_RECEIVED) is None:
        what = f"push has not picked it up, and {call.waiting} message(s) wait on the calls queue"
        return _of("did not ring", what, "make doctor looks at the event source, the roles and the queue's policy")
    return _of("did not ring", "push has picked it up and not settled it", "make logs ERRORS=1 shows its errors")


def _next_step(call: TrackedCall, callee: str) -> str:
    result = call.settled.fields["result"] if call.settled else ""
    match result:
        case CallResult.NO_DEVICE | CallResult.DEAD | CallResult.QUARANTINED:
            return f"make devices FOR={callee} says what happened to the phones"
        case CallResult.UNDELIVERABLE:
            return "docs/apns-reasons.md says what the reason means; make dead-letters has the message"
        case CallResult.GROUP_NOT_CONFIGURED:
            return "deploy with CometChatApiUrl, or use CometChat's custom push provider for groups"
    return "make logs SINCE=5m shows the whole story"


def _after(status: int) -> str:
    return _AFTER_STATUS.get(status, "make logs ERRORS=1 shows the webhook's reason")


def _of(what: str, detail: str, next_step: str) -> Conclusion:
    return Conclusion(f"{what[0].upper()}{what[1:]}: {detail}", next_step)
