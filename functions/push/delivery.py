"""One phone of a call: pushed, and pushed again where that can help while the phone can still ring."""

import asyncio
import random
from dataclasses import replace
from typing import Protocol

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, CannotSend, NotSent, NotTaken, Outcome, Rejected, Unknown
from push.apns.reactions import Reaction, reaction_to
from push.claims import RESERVED_PUSHES
from push.results import Verdict
from push.ring import Ring
from shared.call_results import CallResult
from shared.devices import ApnsEnvironment
from shared.ring_items import PhoneState

# Before the second push to a phone, the third, and so on: they leave at about 0, 0.2, 1, 4, 12 and 30 s.
GAPS_S = (0.2, 0.8, 3.0, 8.0, 18.0)
MAX_PUSHES = len(GAPS_S) + 1
# Apple asks for patience after "too many requests": as before the third push, at least.
GAP_AFTER_TOO_MANY_S = GAPS_S[1]
# Pushes that were never on their way wait for a connection, which `push.apns.http2.dial` paces.
WAIT_AFTER_NOT_SENT_S = 0.1


class StillRinging(Protocol):
    @property
    def write_within_s(self) -> float: ...
    async def check(self) -> bool | None: ...


class Notes(Protocol):
    def __getitem__(self, phone: str) -> PhoneState: ...
    def __setitem__(self, phone: str, state: PhoneState) -> None: ...
    async def reserve(self) -> bool: ...


class Delivery:
    """At most six pushes for a call and phone, all with the same ids, by which CallKit knows them as one call.

    At most one of them follows an outcome that was seen to be unknown.
    """

    def __init__(
        self,
        ring: Ring,
        push: VoipPush,
        environment: ApnsEnvironment,
        phone: str,
        *,
        notes: Notes,
        still_ringing: StillRinging,
        may_have_rung: bool,
    ) -> None:
        """`phone` is the name under which `notes` has it."""
        self.push = push
        self._environment: ApnsEnvironment = environment
        self._phone = phone
        self._notes = notes
        self._still_ringing = still_ringing
        self._apns = ring.ports.apns
        self._clock = ring.ports.clock
        self._send_until_ms = ring.deadlines.send_until_ms
        self._may_have_rung = may_have_rung
        self._outcome: Outcome = NotSent("no time left")
        self._bad_elsewhere: Rejected | None = None
        self._tried: set[Reaction] = set()
        self._sent = 0
        self._repeats = 0

    async def run(self) -> Verdict:
        wait_s = 0.0
        while self._state.pushes < MAX_PUSHES:
            if not self._is_time_left(wait_s):
                return self._verdict(None, not_before_ms=self._clock() + round(wait_s * 1000))
            await asyncio.sleep(wait_s)
            match await self._still_ringing.check():
                case False:
                    return self._verdict(CallResult.ENDED)
                case None:
                    wait_s = WAIT_AFTER_NOT_SENT_S
                    continue
            # The sleep and the reading may have taken long, and the lease must not have ended when the push leaves.
            if not self._is_time_left() or not await self._is_reserved():
                return self._verdict(None)
            await self._send()
            next_step = await self._next_step()
            if isinstance(next_step, CallResult):
                return self._verdict(next_step)
            wait_s = next_step
        return self._verdict(CallResult.UNCONFIRMED)

    @property
    def _state(self) -> PhoneState:
        return self._notes[self._phone]

    async def _send(self) -> None:
        self._outcome = await self._apns.push(
            self.push,
            self._environment,
            write_within_s=self._still_ringing.write_within_s,
            timeout_s=self._left_s,
        )
        if isinstance(self._outcome, NotSent | CannotSend):
            return
        self._notes[self._phone] = replace(self._state, pushes=self._state.pushes + 1)
        self._sent += 1
        self._repeats += self._may_have_rung

    async def _next_step(self) -> CallResult | float:
        """The phone's result, or in how many seconds to try again."""
        match self._outcome:
            case Accepted():
                return CallResult.RUNG
            case CannotSend():
                return CallResult.UNDELIVERABLE
            case NotTaken():
                return self._gap_s()
            case NotSent():
                return WAIT_AFTER_NOT_SENT_S
            case Unknown() if self._state.unknown:
                return CallResult.UNCONFIRMED
            case Unknown():
                self._notes[self._phone] = replace(self._state, unknown=True)
                self._may_have_rung = True
                return self._gap_s()
            case Rejected() as rejected:
                return await self._react(rejected)

    async def _react(self, rejected: Rejected) -> CallResult | float:
        environment = self._environment
        match reaction := reaction_to(rejected):
            case Reaction.DEVICE_IS_DEAD:
                return CallResult.DEAD
            case Reaction.QUARANTINE:
                return CallResult.QUARANTINED
            case Reaction.TRY_AGAIN:
                return max(self._gap_s(), GAP_AFTER_TOO_MANY_S if rejected.status == 429 else 0)
            case Reaction.TRY_AGAIN_ON_NEW_CONNECTION:
                await self._apns.new_connection(environment)
                return self._gap_s()
            case Reaction.TRY_AGAIN_ONCE_ON_NEW_CONNECTION:
                if self._is_first(reaction):
                    await self._apns.new_connection(environment)
                return self._gap_s()
            case Reaction.OTHER_ENVIRONMENT:
                other: ApnsEnvironment = "sandbox" if environment == "production" else "production"
                if not self._is_first(reaction) or not self._apns.has_key_for(other):
                    return CallResult.QUARANTINED
                self._bad_elsewhere, self._environment = rejected, other
                return 0.0
            case Reaction.NEW_PROVIDER_TOKEN if self._is_first(reaction):
                if await self._apns.new_provider_token(environment, refused=rejected.provider_token):
                    return self._gap_s()
            case Reaction.READ_KEY_AGAIN if self._is_first(reaction):
                if await self._has_other_key(rejected):
                    return self._gap_s()
        if self._bad_elsewhere:
            # What is wrong with the key of the other environment is no news about this phone.
            self._outcome = self._bad_elsewhere
            return CallResult.QUARANTINED
        return CallResult.UNDELIVERABLE

    async def _has_other_key(self, rejected: Rejected) -> bool:
        """Also true when that can't be found out in time: the next delivery will."""
        try:
            async with asyncio.timeout(self._left_s):
                return await self._apns.read_key_again(self._environment, refused=rejected.provider_token)
        except TimeoutError:
            return True

    def _is_first(self, reaction: Reaction) -> bool:
        first = reaction not in self._tried
        self._tried.add(reaction)
        return first

    @property
    def _left_s(self) -> float:
        return (self._send_until_ms - self._clock()) / 1000

    def _is_time_left(self, after_s: float = 0) -> bool:
        return after_s < self._left_s

    async def _is_reserved(self) -> bool:
        return self._sent < RESERVED_PUSHES or await self._notes.reserve()

    def _gap_s(self) -> float:
        gap_s = GAPS_S[min(self._state.pushes, len(GAPS_S)) - 1]
        return gap_s * random.uniform(0.75, 1.25)  # noqa: S311

    def _verdict(self, result: CallResult | None, not_before_ms: int = 0) -> Verdict:
        return Verdict(result, self._outcome, self._environment, self._sent, self._repeats, not_before_ms)
