"""What a cell shows."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from tests.support.aws.emf import samples

_COUNTED = (
    "Apns",
    "Call",
    "CometChat",
    "Devices",
    "Jwks",
    "Messages",
    "Pushes",
    "Tokens",
    "Webhooks",
)


@dataclass(slots=True)
class Observation:
    """`pushes` and `accepted` are the most for one call and phone; `connections` those to APNs (or 0)."""

    cell: str
    calls: int = 0
    rung: int = 0
    pushes: int = 0
    accepted: int = 0
    connections: int = 0
    deliveries: int = 0
    longest_s: float = 0.0
    lasted_s: float = 0.0
    logged: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    """Problems that a busy machine can cause as well."""

    @property
    def wrong(self) -> list[str]:
        return [*self.problems, *self.late]

    def read_log(self, printed: str) -> None:
        """Warnings and errors by message, and the metrics."""
        lines = printed.splitlines()
        logged: Counter[str] = Counter()
        for line in lines:
            try:
                fields = json.loads(line)
            except ValueError:
                continue
            if isinstance(fields, dict) and fields.get("level") in ("WARNING", "ERROR", "CRITICAL"):
                logged[str(fields.get("message", fields.get("errorType", "")))] += 1
        self.logged = dict(logged)
        counted: Counter[str] = Counter()
        for sample in samples(lines):
            if sample.value and sample.name.startswith(_COUNTED):
                counted[sample.name] += int(sample.value)
        self.counted = dict(sorted(counted.items()))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        values: dict[str, Any] = json.loads(text)
        return cls(**values)
