"""What a push has taught us about a device, kept in the devices table after the phone has rung."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from push.apns.outcomes import Rejected
from push.devices import Devices
from push.results import Verdict
from shared.call_results import CallResult
from shared.devices import Device

QUARANTINE_MS = 3_600_000
# A phone that still rings need not have started the app for a year.
EXTEND_WHEN_LEFT_S = 30 * 86_400

type Change = Callable[[], object]


def changes_of(devices: Devices, device: Device, verdict: Verdict, now_ms: int) -> Sequence[Change]:
    """Mostly none, so that a ring costs no thread for each phone."""
    return list(_changes(devices, device, verdict, now_ms))


def update_device(changes: Sequence[Change]) -> None:
    """One after the other: two at once on the same item would cancel each other."""
    for change in changes:
        change()


def _changes(devices: Devices, device: Device, verdict: Verdict, now_ms: int) -> Iterator[Change]:
    match verdict.result:
        case CallResult.RUNG:
            if verdict.environment != device.environment:
                yield partial(devices.correct_environment, device, verdict.environment)
            if device.expires_at_s - now_ms // 1000 < EXTEND_WHEN_LEFT_S:
                yield partial(devices.extend, device, now_ms)
        case CallResult.DEAD:
            # A token that was registered after APNs found it dead has come alive since.
            found_dead_at_ms = verdict.outcome.timestamp_ms if isinstance(verdict.outcome, Rejected) else None
            if device.registered_at_ms < (found_dead_at_ms or now_ms):
                yield partial(devices.remove, device)
        case CallResult.QUARANTINED:
            yield partial(devices.quarantine, device, now_ms + QUARANTINE_MS)
