"""One device rung: tries, and tries again where that can help while the phone can still ring."""

import asyncio
import random
from dataclasses import dataclass, replace
from typing import Protocol

from push.apns.client import VoipPush
from push.apns.outcomes import Accepted, CannotSend, NotSent, Outcome, Rejected, Unknown
from push.apns.reactions import Reaction, reaction_to
from shared.clock import Clock
from shared.devices import ApnsEnvironment

# A push that is not answered by then counts as unknown, early enough to send it once more.
ATTEMPT_S = 2.0
FIRST_WAIT_S = 0.1
MAX_WAIT_S = 1.0


class Apns(Protocol):
    def has_key_for(self, environment: ApnsEnvironment) -> bool: ...
    async def push(self, push: VoipPush, environment: ApnsEnvironment, *, timeout_s: float) -> Outcome: ...
    async def new_connection(self, environment: ApnsEnvironment) -> None: ...
    async def new_provider_token(self, environment: ApnsEnvironment, *, refused: str) -> bool: ...
    async def read_key_again(self, environment: ApnsEnvironment, *, refused: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it ended and in which environment.

    `resends` counts the sends that followed an unknown outcome; `maybe_rung` says that there was one.
    """

    outcome: Outcome
    environment: ApnsEnvironment
    sends: int = 0
    resends: int = 0
    maybe_rung: bool = False


async def deliver(
    apns: Apns, push: VoipPush, environment: ApnsEnvironment, *, deadline_ms: int, clock: Clock
) -> Delivery:
    """Rings the device, or says at the deadline at the latest what is known.

    An unknown outcome is followed by another send with the same ids, which CallKit recognises as the same call.
    """
    delivery = Delivery(NotSent("no time left"), environment)
    bad_here: Rejected | None = None
    once = _Once()
    wait_s = 0.0
    while (deadline_ms - clock()) / 1000 > wait_s:
        await asyncio.sleep(wait_s)
        # The sleep may have taken longer, and the lease must not have ended when the push leaves.
        if (left_s := (deadline_ms - clock()) / 1000) <= 0:
            break
        outcome = await apns.push(push, delivery.environment, timeout_s=min(ATTEMPT_S, left_s))
        delivery = replace(
            delivery, outcome=outcome, sends=delivery.sends + 1, resends=delivery.resends + delivery.maybe_rung
        )
        wait_s = min(2 * wait_s, MAX_WAIT_S) or FIRST_WAIT_S * random.uniform(0.5, 1)  # noqa: S311
        match outcome:
            case Accepted() | CannotSend():
                return delivery
            case Unknown():
                delivery = replace(delivery, maybe_rung=True)
            case Rejected():
                reaction = reaction_to(outcome)
                next_environment = await _react(apns, outcome, delivery.environment, once)
                if next_environment is None:
                    # What is wrong with the key of the other environment is no news about this device.
                    hidden = bad_here is not None and reaction is not Reaction.DEVICE_IS_DEAD
                    return replace(delivery, outcome=bad_here if hidden and bad_here else outcome)
                if next_environment != delivery.environment:
                    bad_here = outcome
                    delivery = replace(delivery, environment=next_environment)
                    wait_s = 0.0
    return delivery


class _Once:
    """Reactions that are worth one try."""

    def __init__(self) -> None:
        self._done: set[Reaction] = set()

    def __call__(self, reaction: Reaction) -> bool:
        first = reaction not in self._done
        self._done.add(reaction)
        return first


async def _react(apns: Apns, rejected: Rejected, environment: ApnsEnvironment, once: _Once) -> ApnsEnvironment | None:
    """The environment in which to try again, or None if that is of no use."""
    match reaction := reaction_to(rejected):
        case Reaction.TRY_AGAIN:
            return environment
        case Reaction.TRY_AGAIN_ON_NEW_CONNECTION:
            await apns.new_connection(environment)
            return environment
        case Reaction.TRY_AGAIN_ONCE_ON_NEW_CONNECTION if once(reaction):
            await apns.new_connection(environment)
            return environment
        case Reaction.OTHER_ENVIRONMENT if once(reaction):
            other: ApnsEnvironment = "sandbox" if environment == "production" else "production"
            return other if apns.has_key_for(other) else None
        case Reaction.NEW_PROVIDER_TOKEN if once(reaction):
            renewed = await apns.new_provider_token(environment, refused=rejected.provider_token)
            return environment if renewed else None
        case Reaction.READ_KEY_AGAIN if once(reaction):
            replaced = await apns.read_key_again(environment, refused=rejected.provider_token)
            return environment if replaced else None
        case _:
            return None
