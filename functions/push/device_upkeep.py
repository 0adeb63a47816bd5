"""What a push has taught us about a device, kept in the devices table after the phone has rung."""

from push.apns.outcomes import Rejected
from push.delivery import Verdict
from push.devices import Devices
from shared.call_results import CallResult
from shared.devices import Device

QUARANTINE_MS = 3_600_000


def update_device(devices: Devices, device: Device, verdict: Verdict, now_ms: int) -> None:
    match verdict.result:
        case CallResult.RUNG:
            if verdict.environment != device.environment:
                devices.correct_environment(device, verdict.environment)
            devices.extend(device, now_ms)
        case CallResult.DEAD:
            # A token that was registered after APNs found it dead has come alive since.
            found_dead_at_ms = verdict.outcome.timestamp_ms if isinstance(verdict.outcome, Rejected) else None
            if device.registered_at_ms < (found_dead_at_ms or now_ms):
                devices.remove(device)
        case CallResult.QUARANTINED:
            devices.quarantine(device, now_ms + QUARANTINE_MS)
