"""Carries out on the wire what the simulation has decided for a push, faults included."""

from typing import Protocol

from h2.errors import ErrorCodes

from apns_simulator.faults import Fault, How, LastStreamId
from apns_simulator.record import Ending
from apns_simulator.simulation import Decision


class Responder(Protocol):
    """What a connection can do with a push."""

    def is_open(self, stream_id: int) -> bool: ...
    def respond(self, decision: Decision, *, trickle_ms: int = 0, header_bytes: int = 0) -> None: ...
    def keep_silent(self, decision: Decision) -> None: ...
    def reset(self, stream_id: int, error_code: int, ending: Ending) -> None: ...
    def end(self, how: How) -> None: ...
    def go_away(
        self,
        last_stream_ids: list[LastStreamId],
        *,
        current: int | None = None,
        error_code: int = 0,
        reason: str | None = None,
        close_when_drained: bool = True,
    ) -> None: ...


def perform(connection: Responder, decision: Decision) -> None:
    """Send the response to a push, or do what its fault says instead."""
    fault, stream_id = decision.fault, decision.push.stream_id
    match fault and fault.action:
        case "silence":
            connection.keep_silent(decision)
        case "reset" if fault:
            connection.reset(stream_id, fault.error_code, "reset")
        case "refuse":
            connection.reset(stream_id, ErrorCodes.REFUSED_STREAM, "refused")
        case "close" if fault:
            connection.end(fault.how)
        case "goaway" if fault:
            _go_away(connection, decision, fault)
        case _:
            style = {"trickle_ms": fault.trickle_ms, "header_bytes": fault.header_bytes} if fault else {}
            connection.respond(decision, **style)


def _go_away(connection: Responder, decision: Decision, fault: Fault) -> None:
    if fault.order == "answer_first":
        connection.respond(decision)
    connection.go_away(
        fault.last_stream_ids,
        current=decision.push.stream_id,
        error_code=fault.error_code,
        reason=fault.reason,
        close_when_drained=fault.close_when_drained,
    )
    if fault.order == "goaway_first" and connection.is_open(decision.push.stream_id):
        connection.respond(decision)
