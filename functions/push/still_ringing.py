"""Whether a call still rings, asked before each of its pushes."""

import asyncio

from push.in_thread import UNAVAILABLE, in_thread
from push.ring import Ring
from shared.call_ends import has_ended
from shared.call_keys import fact_keys
from shared.log_messages import LogMessage
from shared.redaction import describe

MAX_AGE_MS = 500
"""An end that was answered with `noted` keeps every push from leaving that would be written later than this."""


class StillRinging:
    """`read_at_ms`: when ends were read that did not end the call. All phones of a call share what is read."""

    def __init__(self, ring: Ring, *, read_at_ms: int) -> None:
        self._call = ring.call
        self._ends = ring.ports.ends
        self._call_log = ring.call_log
        self._clock = ring.ports.clock
        self._read_at_ms = read_at_ms
        self._read_until_ms = ring.deadlines.send_until_ms
        self._has_ended = False
        self._reading = asyncio.Lock()

    async def check(self) -> bool | None:
        """By ends read consistently at most 0.5 s ago. None if they can't be read now."""
        async with self._reading:
            if not self._has_ended and self._age_ms() >= MAX_AGE_MS:
                read_at_ms = self._clock()
                try:
                    ends = await in_thread(self._clock, self._read_until_ms, self._ends.read, fact_keys(self._call))
                except UNAVAILABLE as error:
                    self._call_log.warning(LogMessage.ENDS_UNAVAILABLE, detail=describe(error))
                    return None
                self._read_at_ms = read_at_ms
                self._has_ended = has_ended(self._call, ends)
        return not self._has_ended

    @property
    def write_within_s(self) -> float:
        """For how much longer the last reading counts."""
        return max(0, MAX_AGE_MS - self._age_ms()) / 1000

    def _age_ms(self) -> int:
        return self._clock() - self._read_at_ms
