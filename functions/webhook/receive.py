"""What happens to a webhook: check who sent it, read it, then queue the call or note its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.call_events import CallEnded, CallEvent, CallRinging
from shared.http import Request
from webhook.call_ends import CallEnds, EndReceived, note_end
from webhook.cometchat import Ignored, parse
from webhook.credentials import Stage, presents_any, verify
from webhook.errors import BodyTooLarge, Refused
from webhook.queue import CallsQueue
from webhook.receipt import Receipt
from webhook.secret import CACHE_TTL_MS, Versions

MAX_BODY_BYTES = 65_536
# A credential that does not match may be a new one, so the secret is read again. No more often than this, so that an
# attacker causes no flood of requests to Secrets Manager.
MIN_REFRESH_MS = 5_000


@dataclass(frozen=True, slots=True)
class Authentic:
    """A request with right credentials, and the version of the secret that they match."""

    request: Request
    authenticated_with: Stage


@dataclass(frozen=True, slots=True)
class Received:
    outcome: CallRinging | EndReceived | Ignored
    """The call that was queued, what became of an end, or why the webhook is neither."""
    ignored_fields: Sequence[str]


def authenticate(request: Request, secret: Versions) -> Authentic:
    """Raises `BodyTooLarge`, `Refused`, and whatever `secret` raises."""
    if len(request.body) > MAX_BODY_BYTES:
        raise BodyTooLarge
    try:
        return Authentic(request, _verify(request, secret, CACHE_TTL_MS))
    except Refused:
        if not presents_any(request.headers):
            raise
        return Authentic(request, _verify(request, secret, MIN_REFRESH_MS))


def receive(authentic: Authentic, queue: CallsQueue, call_ends: Callable[[], CallEnds], *, ring_ms: int) -> Received:
    """Raises `InvalidBody` or `QueueUnavailable`."""
    request = authentic.request
    parsed = parse(request.body, Receipt(request.received_at_ms, request.request_id))
    return Received(_take(parsed.event, queue, call_ends, ring_ms), parsed.ignored_fields)


def _take(
    event: CallEvent | Ignored, queue: CallsQueue, call_ends: Callable[[], CallEnds], ring_ms: int
) -> CallRinging | EndReceived | Ignored:
    if isinstance(event, CallEnded):
        return note_end(event, call_ends, queue, ring_ms=ring_ms)
    if isinstance(event, CallRinging):
        queue.send(event)
    return event


def _verify(request: Request, secret: Versions, max_age_ms: int) -> Stage:
    current = secret.current(max_age_ms=max_age_ms)
    try:
        verify(request.headers, request.body, [current])
    except Refused:
        previous = secret.previous(max_age_ms=max_age_ms)
        if previous is None:
            raise
        verify(request.headers, request.body, [current, previous])
        return "previous"
    return "current"
