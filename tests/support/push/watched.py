"""The tables of the world of `push_world`, with notes of who read and recorded what."""

from typing import TYPE_CHECKING, Any

from push.calls import Claim
from shared.call_ends import CallEnd
from shared.call_events import CallEnded
from shared.devices import ApnsEnvironment, Device
from tests.support.push.fakes import FakeCalls, FakeDevices

if TYPE_CHECKING:
    from tests.support.push.world import World


class WatchedCalls:
    """The table in memory, and notes of what was read and recorded by whom."""

    def __init__(self, world: "World", calls: FakeCalls) -> None:
        self._world = world
        self._calls = calls

    def claim(self, call: str, token: str, **options: Any) -> Claim:
        return self._calls.claim(call, token, **options)

    def release(self, call: str, token: str, **options: Any) -> None:
        self._calls.release(call, token, **options)

    def record(self, call: str, token: str, *, owner: str, outcome: str) -> None:
        self._calls.record(call, token, owner=owner, outcome=outcome)
        ring = self._calls.rings[call, token]
        if (ring.state, ring.owner, ring.outcome) == ("done", owner, "rung"):
            self._world.recorded.add((call, token))

    def facts(self, keys: list[str]) -> list[CallEnd]:
        invocation = self._world.scheduler.current
        invocation.read_ended = self._world.has_ended(invocation.call)
        return self._calls.facts(keys)

    def add_fact(self, call_ended: CallEnded) -> None:
        self._calls.add_fact(call_ended)
        self._world.ends.append(call_ended)


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
