"""What happens to the end of a call: it is noted at once, so that it overtakes rings that wait in the queue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.call_ends import EARLIEST_ANSWER_MS
from shared.call_events import CallEnded
from shared.redaction import describe
from webhook.queue import CallsQueue
from webhook.session_ids import began_at_ms

# Nothing rings any more when the ring time has passed. A minute more is for clocks that differ.
MARGIN_MS = 60_000


class CallEnds(Protocol):
    def add(self, call_ended: CallEnded) -> None: ...


@dataclass(frozen=True, slots=True)
class EndReceived:
    """`too late`: no phone can ring for that call any more, so nothing is kept."""

    call_ended: CallEnded
    result: Literal["noted", "queued", "too late"]
    problem: str = ""
    """Why it is on the queue."""

    @property
    def is_early(self) -> bool:
        """Whether it would be an answer, but comes too soon after the call began to be one."""
        end = self.call_ended
        began_ms = began_at_ms(end.session_id)
        since_began_ms = end.at_ms - began_ms
        return end.trigger in ("started", "participant_joined") and began_ms > 0 and since_began_ms < EARLIEST_ANSWER_MS


def note_end(
    call_ended: CallEnded, call_ends: Callable[[], CallEnds], queue: CallsQueue, *, ring_ms: int
) -> EndReceived:
    """Raises `QueueUnavailable` if neither the table nor the queue takes it."""
    began_ms = began_at_ms(call_ended.session_id)
    if began_ms and call_ended.received_at_ms - began_ms > ring_ms + MARGIN_MS:
        return EndReceived(call_ended, "too late")
    try:
        call_ends().add(call_ended)
    except (BotoCoreError, ClientError) as error:
        # Whether it was written is not always known. Noting it twice does no harm.
        queue.send(call_ended, tries=1)
        return EndReceived(call_ended, "queued", describe(error))
    return EndReceived(call_ended, "noted")
