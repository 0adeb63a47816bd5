"""What is logged and counted of a call: one line per step, with the same names everywhere."""

from aws_lambda_powertools.metrics import MetricUnit

from push.apns.outcomes import CannotSend, NotSent, NotTaken, Outcome, Rejected, Unknown
from push.results import Verdict
from shared.call_events import CallEvent, CallRinging
from shared.call_keys import call_hash
from shared.call_results import CallResult
from shared.clock import Clock
from shared.log_messages import LogMessage
from shared.observability import count, logger, metrics


class CallLog:
    """Of one call. Times are milliseconds since CometChat's `sentAt` and since the webhook came in."""

    def __init__(self, event: CallEvent, clock: Clock) -> None:
        self._event = event
        self._clock = clock

    def step(self, message: str, **details: object) -> None:
        logger.info(message, stacklevel=3, extra=self._extra(details))

    def warning(self, message: str, **details: object) -> None:
        logger.warning(message, stacklevel=3, extra=self._extra(details))

    def verdict(self, device: str, apns_id: str, verdict: Verdict) -> None:
        """What became of one phone; `device` is the hash of its token."""
        count("Pushes", verdict.sent)
        count("PushesAfterUnknown", verdict.repeats)
        match verdict.result:
            case CallResult.RUNG:
                self._rung(device, apns_id, verdict)
            case CallResult.ENDED:
                self.step(LogMessage.DEVICE_NOT_RUNG, device=device, reason=CallResult.ENDED, sends=verdict.sent)
            case result:
                self._not_rung(device, verdict)
                count("ApnsConfigurationErrors", int(result is CallResult.UNDELIVERABLE))
                count("PushesUnconfirmed", int(result is CallResult.UNCONFIRMED))

    def _rung(self, device: str, apns_id: str, verdict: Verdict) -> None:
        self.step(
            LogMessage.PUSH_ACCEPTED,
            device=device,
            environment=verdict.environment,
            apns_id=apns_id,
            sends=verdict.sent,
        )
        _count_response(verdict)
        metrics.add_metric("RingLatency", MetricUnit.Milliseconds, self._clock() - self._event.received_at_ms)

    def _not_rung(self, device: str, verdict: Verdict) -> None:
        outcome = verdict.outcome
        self.step(
            LogMessage.PUSH_FAILED,
            device=device,
            outcome=type(outcome).__name__,
            environment=verdict.environment,
            sends=verdict.sent,
            **_reason(outcome),
            **({"retry": True} if verdict.result is None else {"result": verdict.result}),
        )
        if isinstance(outcome, Rejected):
            _count_response(verdict)
        else:
            count("PushesUnanswered")

    def _extra(self, details: dict[str, object]) -> dict[str, object]:
        now_ms = self._clock()
        event = self._event
        initiated_at_ms = event.initiated_at_ms if isinstance(event, CallRinging) else event.at_ms
        return {
            "call": call_hash(event),
            "correlation_id": event.correlation_id,
            "ms_since_sent": now_ms - initiated_at_ms,
            "ms_since_webhook": now_ms - event.received_at_ms,
            **details,
        }


def _count_response(verdict: Verdict) -> None:
    """Zeros as well: the average of each is a share of the responses, which is what the alarms watch."""
    rejected = isinstance(verdict.outcome, Rejected)
    dead = verdict.result is CallResult.DEAD
    count("PushesAccepted", int(not rejected))
    count("PushesToDeadDevices", int(dead))
    count("PushesRejected", int(rejected and not dead))
    count("BadDeviceTokens", int(isinstance(verdict.outcome, Rejected) and verdict.outcome.reason == "BadDeviceToken"))


def _reason(outcome: Outcome) -> dict[str, object]:
    match outcome:
        case Rejected(status=status, reason=reason):
            return {"status": status, "reason": reason}
        case NotSent(why=why) | NotTaken(why=why) | Unknown(why=why) | CannotSend(why=why):
            return {"detail": why}
    return {}
