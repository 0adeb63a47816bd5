"""What happens to a webhook: check who sent it, then read it, then queue it."""

from collections.abc import Sequence
from typing import Protocol

from shared.call_events import CallEvent
from shared.http import Request
from shared.secrets import KEEP_MS
from webhook.cometchat import Ignored, Receipt, parse
from webhook.credentials import Credentials, Refused, verify
from webhook.queue import CallsQueue

MAX_BODY_BYTES = 65_536
# A wrong credential may be a new one. Looking again this often lets a rotation work at once, and no more than this
# often keeps an attacker from driving Secrets Manager.
LOOK_AGAIN_MS = 5_000


class CredentialVersions(Protocol):
    def versions(self, *, max_age_ms: int = KEEP_MS) -> Sequence[Credentials]: ...


class BodyTooLarge(Exception):
    """Larger than any webhook of CometChat's."""


def receive(request: Request, credentials: CredentialVersions, queue: CallsQueue) -> CallEvent | Ignored:
    """Returns what was queued, or why nothing was.

    Raises `BodyTooLarge`, `Refused`, `InvalidBody`, `QueueUnavailable`, and whatever `credentials` raises.
    """
    if len(request.body) > MAX_BODY_BYTES:
        raise BodyTooLarge
    _authenticate(request, credentials)
    event = parse(request.body, Receipt(request.received_at_ms, request.request_id))
    if not isinstance(event, Ignored):
        queue.send(event)
    return event


def _authenticate(request: Request, credentials: CredentialVersions) -> None:
    try:
        verify(request.headers, request.body, credentials.versions())
    except Refused as refusal:
        if refusal.reason == "no credential":
            raise
        verify(request.headers, request.body, credentials.versions(max_age_ms=LOOK_AGAIN_MS))
