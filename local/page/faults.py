"""The simulator's faults that the page has switches for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Switch:
    name: str
    what_happens: str
    action: str
    fields: Mapping[str, Any] = field(default_factory=dict)


SWITCHES = {
    "overloaded": Switch(
        "503 Service unavailable",
        "APNs is overloaded. The push is tried again, over a new connection.",
        "answer",
        {"status": 503, "reason": "ServiceUnavailable"},
    ),
    "too-many": Switch(
        "429 Too many requests",
        "Too many pushes to one device token. Tried again, a little later each time.",
        "answer",
        {"status": 429, "reason": "TooManyRequests"},
    ),
    "lost-answer": Switch(
        "Silence, but it rings",
        "APNs takes the push and its answer is lost. The second push has the same uuid: one call screen.",
        "silence",
        {"accepted": True},
    ),
    "silence": Switch("Silence", "APNs never answers, and nothing rings. Tried again after 2 s.", "silence"),
    "goaway": Switch(
        "GOAWAY",
        "APNs ends the connection before the push. Nothing is lost: it goes over a new one.",
        "goaway",
        {"last_stream_id": "previous"},
    ),
    "reset": Switch("Connection reset", "The connection breaks in the middle of a push.", "close", {"how": "rst"}),
    "slow": Switch("Slow", "Every answer takes 1.5 s.", "none", {"latency_ms": 1500}),
    "key-refused": Switch(
        "403 Key refused",
        "APNs does not take our .p8 key. Trying again would not help: dead-letter queue, and an alarm in AWS.",
        "answer",
        {"status": 403, "reason": "InvalidProviderToken"},
    ),
}


def view(switched_on: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The switches as they stand, and how many faults are on that somebody else has switched on."""
    ids = {name: [fault for fault in switched_on if is_of(switch, fault)] for name, switch in SWITCHES.items()}
    ours = sum(len(faults) for faults in ids.values())
    return {
        "switches": [
            {
                "id": name,
                "name": switch.name,
                "what_happens": switch.what_happens,
                "on": bool(ids[name]),
                "left": ids[name][0]["count"] if ids[name] else None,
            }
            for name, switch in SWITCHES.items()
        ],
        "others": len(switched_on) - ours,
    }


def is_of(switch: Switch, fault: Mapping[str, Any]) -> bool:
    return (
        fault["action"] == switch.action
        and all(fault[name] == value for name, value in switch.fields.items())
        and (switch.action != "silence" or bool(fault["accepted"]) == bool(switch.fields.get("accepted")))
    )
