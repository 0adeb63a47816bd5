"""What one ring asked of AWS, as the stub saw it."""

from collections.abc import Sequence
from dataclasses import dataclass

# Of DynamoDB; the stub has the names in lower case.
_WRITES = ("putitem", "updateitem", "deleteitem", "transactwriteitems", "batchwriteitem")


@dataclass(frozen=True, slots=True)
class AwsRequest:
    operation: str
    arrived_ms: float
    answered_ms: float


@dataclass(frozen=True, slots=True)
class AwsRequests:
    """`round_trips`: how many requests, each begun after the one before was answered, lie before the first push."""

    total: int
    writes: int
    round_trips: int


def summary(requests: Sequence[AwsRequest], first_push_ms: float) -> AwsRequests:
    writes = sum(request.operation in _WRITES for request in requests)
    return AwsRequests(len(requests), writes, _longest_chain(requests, before_ms=first_push_ms))


def _longest_chain(requests: Sequence[AwsRequest], *, before_ms: float) -> int:
    chains: list[tuple[float, int]] = []
    for request in sorted(requests, key=lambda each: each.arrived_ms):
        length = 1 + max((length for answered_ms, length in chains if answered_ms <= request.arrived_ms), default=0)
        chains.append((request.answered_ms, length))
    return max((length for answered_ms, length in chains if answered_ms <= before_ms), default=0)
