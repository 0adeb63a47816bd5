"""What is known of each phone of a claimed call, and the notes that keep it in the calls table.

Each note has all phones and is conditional on the claim. A later delivery repeats no ring whose outcome was noted.
"""

import asyncio

from push.claims import RESERVED_PUSHES
from push.in_thread import UNAVAILABLE, in_thread
from push.ring import Ring
from shared.log_messages import LogMessage
from shared.redaction import describe
from shared.ring_items import Phones, PhoneState

RETRY_S = 0.2


class CallNotes:
    """Phones are named by the hash of their device tokens."""

    def __init__(self, ring: Ring, phones: Phones) -> None:
        self._call = ring.call
        self._phones = dict(phones)
        self._owner = ring.owner
        self._claims = ring.ports.claims
        self._call_log = ring.call_log
        self._clock = ring.ports.clock
        self._deadlines = ring.deadlines
        self._writing = asyncio.Lock()

    def __getitem__(self, phone: str) -> PhoneState:
        return self._phones.get(phone, PhoneState())

    def __setitem__(self, phone: str, state: PhoneState) -> None:
        self._phones[phone] = state

    async def reserve(self) -> bool:
        """Notes what is known, and that more pushes may follow. False if that fails or the call is no longer ours."""
        try:
            return await self._write(self._deadlines.send_until_ms, RESERVED_PUSHES, self._deadlines.lease_until_ms)
        except UNAVAILABLE as error:
            self._call_log.warning(LogMessage.CALL_NOT_RECORDED, detail=describe(error))
            return False

    async def give_back(self) -> None:
        """The last note, after which another delivery may ring what is left.

        What is known is worth writing down: it is tried again for as long as the invocation has time.
        """
        while True:
            try:
                if not await self._write(self._deadlines.record_until_ms, reserved=0, lease_until_ms=0):
                    self._call_log.warning(LogMessage.CALL_NOT_RECORDED, detail="another delivery has claimed the call")
                return
            except UNAVAILABLE as error:
                if self._clock() + RETRY_S * 1000 >= self._deadlines.record_until_ms:
                    self._call_log.warning(LogMessage.CALL_NOT_RECORDED, detail=describe(error))
                    return
            await asyncio.sleep(RETRY_S)

    async def _write(self, until_ms: int, reserved: int, lease_until_ms: int) -> bool:
        async with self._writing:  # one after the other, so that an older note never comes after a newer one
            return await in_thread(
                self._clock,
                until_ms,
                self._claims.note,
                self._call,
                dict(self._phones),
                owner=self._owner,
                reserved=reserved,
                lease_until_ms=lease_until_ms,
            )
