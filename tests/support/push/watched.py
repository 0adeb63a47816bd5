"""The tables of the world of `push_world`, with notes of who read and recorded what."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from push.claims import Claim
from shared.call_ends import CallEnd
from shared.call_events import CallEnded, CallRinging
from shared.call_keys import claim_key
from shared.call_results import CallResult
from shared.devices import ApnsEnvironment, Device
from shared.ring_items import Phones
from tests.support.push.fakes import FakeCallEnds, FakeClaims, FakeDevices

if TYPE_CHECKING:
    from tests.support.push.world import World


class WatchedClaims:
    """The claims in memory, and notes of which rings are on record."""

    def __init__(self, world: "World", claims: FakeClaims) -> None:
        self._world = world
        self._claims = claims

    def claim(self, call: CallRinging, devices: Sequence[str], **options: Any) -> Claim:
        return self._claims.claim(call, devices, **options)

    def note(self, call: CallRinging, phones: Phones, **options: Any) -> bool:
        ours = self._claims.note(call, phones, **options)
        if ours:
            rung = {(claim_key(call), phone) for phone, state in phones.items() if state.outcome == CallResult.RUNG}
            self._world.recorded |= rung
        return ours

    def phones(self, call: CallRinging) -> Phones:
        return self._claims.phones(call)


class WatchedEnds:
    def __init__(self, world: "World", ends: FakeCallEnds) -> None:
        self._world = world
        self._ends = ends

    def read(self, keys: list[str]) -> list[CallEnd]:
        invocation = self._world.scheduler.current
        invocation.read_ended = self._world.has_ended(invocation.call)
        invocation.ends_read_at_ms = self._world.clock()
        return self._ends.read(keys)

    def add(self, call_ended: CallEnded) -> None:
        self._ends.add(call_ended)
        self._world.committed.append(call_ended)


class WatchedDevices(FakeDevices):
    def __init__(self, world: "World") -> None:
        super().__init__()
        self._world = world

    def for_user(self, uid: str) -> list[Device]:
        found = super().for_user(uid)
        self._world.scheduler.current.seen = {device.token: device.registered_at_ms for device in found}
        return found

    def correct_environment(self, device: Device, environment: ApnsEnvironment) -> None:
        before = self.devices.get((device.uid, device.token))
        super().correct_environment(device, environment)
        after = self.devices.get((device.uid, device.token))
        if after and after != before:
            seen = self._world.scheduler.current.seen
            unchanged = after.registered_at_ms == seen[device.token]
            self._world.require(unchanged, "a newer registration was overwritten")
            right = after.environment == self._world.true_environments[device.token]
            self._world.require(right, "an environment was corrected to the wrong one")
