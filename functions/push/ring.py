"""One delivery of a call for one callee: all that ringing its phones needs."""

import uuid
from dataclasses import dataclass, field

from push.call_log import CallLog
from push.ports import Deadlines, Ports
from shared.call_events import CallRinging


@dataclass(frozen=True, slots=True)
class Ring:
    """`deadlines` do not reach beyond the end of the ring time. `owner` names this delivery in its claim."""

    call: CallRinging
    ports: Ports
    call_log: CallLog
    deadlines: Deadlines
    ends_at_ms: int
    owner: str = field(default_factory=lambda: str(uuid.uuid4()))
