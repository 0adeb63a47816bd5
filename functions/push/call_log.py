"""What is logged and counted of a call: one line per step, with the same names everywhere."""

from aws_lambda_powertools.metrics import MetricUnit

from push.apns.outcomes import Outcome, Rejected
from push.apns.reactions import Reaction, reaction_to
from shared.call_events import CallEvent, CallRinging
from shared.call_keys import call_hash
from shared.clock import Clock
from shared.device_tokens import device_hash
from shared.log_messages import LogMessage
from shared.observability import count, logger, metrics


class CallLog:
    """Of one call. Times are milliseconds since CometChat's `sentAt` and since the webhook came in."""

    def __init__(self, event: CallEvent, clock: Clock) -> None:
        self._event = event
        self._clock = clock

    def step(self, message: str, **details: object) -> None:
        logger.info(message, extra=self._extra(details))

    def warning(self, message: str, **details: object) -> None:
        logger.warning(message, extra=self._extra(details))

    def device(self, message: str, token: str, **details: object) -> None:
        self.step(message, device=device_hash(token), **details)

    def rung(self, token: str, **details: object) -> None:
        self.device(LogMessage.PUSH_ACCEPTED, token, **details)
        _count_answer()
        metrics.add_metric("RingLatency", MetricUnit.Milliseconds, self._clock() - self._event.received_at_ms)

    def not_rung(self, token: str, outcome: Outcome, **details: object) -> None:
        known = {"status": outcome.status, "reason": outcome.reason} if isinstance(outcome, Rejected) else {}
        self.device(LogMessage.PUSH_FAILED, token, outcome=type(outcome).__name__, **known, **details)
        if isinstance(outcome, Rejected):
            _count_answer(outcome)
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


def _count_answer(rejected: Rejected | None = None) -> None:
    """Zeros as well: the average of each is a share of the answers, which is what the alarms watch."""
    dead = rejected is not None and reaction_to(rejected) is Reaction.DEVICE_IS_DEAD
    count("PushesAccepted", int(rejected is None))
    count("PushesToDeadDevices", int(dead))
    count("PushesRejected", int(rejected is not None and not dead))
    count("BadDeviceTokens", int(rejected is not None and rejected.reason == "BadDeviceToken"))
