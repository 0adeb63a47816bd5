"""Which proxy breaks, and how, for a cell."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from tests.programs.faults.cell import SLOW_S, Cell, Dependency, Kind, Moment
from tests.programs.faults.http_proxy import HttpFault, HttpProxy
from tests.programs.faults.world import CALLS_TABLE, DEVICES_TABLE, World

# So often the calls table fails in the middle of a batch. A known result can still be recorded after that.
MID_BATCH_FAILURES = 3

_THROTTLED = {
    Dependency.APNS_KEY: (400, {"__type": "ThrottlingException", "message": "Rate exceeded"}),
    Dependency.WEBHOOK_SECRET: (400, {"__type": "ThrottlingException", "message": "Rate exceeded"}),
    Dependency.SQS_SEND: (400, {"__type": "RequestThrottled", "message": "Rate exceeded"}),
    Dependency.SQS_VISIBILITY: (400, {"__type": "RequestThrottled", "message": "Rate exceeded"}),
    Dependency.DEVICES: (400, {"__type": "ProvisionedThroughputExceededException", "message": "too fast"}),
    Dependency.CALLS: (400, {"__type": "ProvisionedThroughputExceededException", "message": "too fast"}),
    Dependency.CALL_ENDS: (400, {"__type": "ProvisionedThroughputExceededException", "message": "too fast"}),
    Dependency.CALL_ENDS_QUEUE: (400, {"__type": "RequestThrottled", "message": "Rate exceeded"}),
    Dependency.REGISTRATIONS: (400, {"__type": "ProvisionedThroughputExceededException", "message": "too fast"}),
    Dependency.CALL_STATES: (400, {"__type": "ProvisionedThroughputExceededException", "message": "too fast"}),
    Dependency.JWKS: (429, {}),
    Dependency.AUTH_TOKENS: (429, {"error": {"code": "ERR_TOO_MANY_REQUESTS"}}),
    Dependency.COMETCHAT: (429, {"error": {"code": "ERR_TOO_MANY_REQUESTS"}}),
}
# A push's outcome under each kind. Where the sender can't know, the phone rings: that is the worse case.
_ANSWERS: dict[Kind, dict[str, Any]] = {
    Kind.REFUSED: {"action": "refuse"},
    Kind.RESET: {"action": "close", "how": "rst", "accepted": True},
    Kind.HANGS: {"action": "silence", "accepted": True},
    Kind.STALLS: {"action": "none", "trickle_ms": 2_000},
    Kind.SLOW_1_S: {"action": "none", "latency_ms": SLOW_S[Kind.SLOW_1_S] * 1000},
    Kind.SLOW_5_S: {"action": "none", "latency_ms": SLOW_S[Kind.SLOW_5_S] * 1000},
    Kind.THROTTLED: {"action": "answer", "status": 429, "reason": "TooManyRequests"},
    Kind.ERROR_FOR_A_MINUTE: {"action": "answer", "status": 500, "reason": "InternalServerError"},
    Kind.MALFORMED: {"action": "answer", "status": 500, "body": "<html>"},
    Kind.WRONG_ONCE: {"action": "answer", "status": 503, "reason": "ServiceUnavailable", "count": 1},
}


def switch_on(world: World, cell: Cell, phones: Sequence[str]) -> Callable[[], None]:
    """Returns what ends the fault. `phones` are those that it befalls where it is about single pushes."""
    if cell.dependency is Dependency.APNS_CONNECT:
        return _break_connects(world, cell, phones)
    if cell.dependency is Dependency.APNS_ANSWER:
        return _break_answers(world, cell, phones)
    proxy, matches = _proxied(world, cell.dependency)
    error = (500, {}) if cell.kind is not Kind.THROTTLED else _THROTTLED[cell.dependency]
    proxy.switch_on(HttpFault(cell.kind, matches, error, skip=int(cell.moment is Moment.MID_BATCH), limit=_limit(cell)))
    if cell.dependency is Dependency.SQS_VISIBILITY and cell.moment is Moment.MID_BATCH:
        # What extends the timeouts of the batch passes; what makes a message of it come back sooner fails.
        world.apns.add_fault("answer", status=503, reason="ServiceUnavailable", device_token=phones[0])

    if cell.dependency is Dependency.CALL_ENDS_QUEUE:
        world.dynamodb_proxy.switch_on(HttpFault(Kind.ERROR_FOR_A_MINUTE, lambda *_: True, (500, {})))

    def end() -> None:
        proxy.switch_off()
        world.dynamodb_proxy.switch_off()
        world.apns.clear_faults()

    return end


def _limit(cell: Cell) -> int | None:
    if cell.kind is Kind.WRONG_ONCE:
        return 1
    if cell.dependency is Dependency.CALLS and cell.moment is Moment.MID_BATCH:
        return MID_BATCH_FAILURES
    return None


def _break_connects(world: World, cell: Cell, phones: Sequence[str]) -> Callable[[], None]:
    if cell.moment is Moment.MID_BATCH:
        # The open connection breaks under the first push to one of the phones.
        world.apns.add_fault("close", how="rst", count=1, device_token=phones[0])
    world.apns_proxy.switch_on(cell.kind)
    return world.apns_proxy.switch_off


def _break_answers(world: World, cell: Cell, phones: Sequence[str]) -> Callable[[], None]:
    fault = {name: int(value) if name == "latency_ms" else value for name, value in _ANSWERS[cell.kind].items()}
    targets = phones if cell.moment is Moment.MID_BATCH else [None]
    for phone in targets:
        world.apns.add_fault(**fault, **({"device_token": phone} if phone else {}))
    return world.apns.clear_faults


def _proxied(world: World, dependency: Dependency) -> tuple[HttpProxy, Callable[[str, bytes], bool]]:
    match dependency:
        case Dependency.DEVICES:
            return world.dynamodb_proxy, lambda _, body: _is_about(body, DEVICES_TABLE)
        case Dependency.CALLS:
            return world.dynamodb_proxy, lambda _, body: _is_about(body, CALLS_TABLE)
        case Dependency.CALL_ENDS | Dependency.REGISTRATIONS | Dependency.CALL_STATES:
            return world.dynamodb_proxy, lambda *_: True
        case Dependency.SQS_SEND | Dependency.CALL_ENDS_QUEUE:
            return world.sqs_proxy, lambda operation, _: operation.startswith("SendMessage")
        case Dependency.SQS_VISIBILITY:
            return world.sqs_proxy, lambda operation, _: operation.startswith("ChangeMessageVisibility")
        case Dependency.JWKS | Dependency.AUTH_TOKENS | Dependency.COMETCHAT:
            return world.rest_proxy, lambda *_: True
        case _:
            return world.secrets_proxy, lambda *_: True


def _is_about(body: bytes, table: str) -> bool:
    request = json.loads(body)
    return bool(request.get("TableName") == table or table in request.get("RequestItems", {}))
