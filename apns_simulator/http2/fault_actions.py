"""What a connection does with a push that the simulation has decided about, faults included."""

from typing import TYPE_CHECKING

from h2.errors import ErrorCodes

from apns_simulator.faults import Fault
from apns_simulator.simulation import Decision

if TYPE_CHECKING:
    from apns_simulator.http2.connection import ApnsConnection


def perform(connection: "ApnsConnection", decision: Decision) -> None:
    """Answer a push, or do to it what its fault says."""
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
            connection.answer(decision, **style)


def _go_away(connection: "ApnsConnection", decision: Decision, fault: Fault) -> None:
    if fault.order == "answer_first":
        connection.answer(decision)
    connection.go_away(
        fault.last_stream_ids,
        current=decision.push.stream_id,
        error_code=fault.error_code,
        reason=fault.reason,
        close_when_drained=fault.close_when_drained,
    )
    if fault.order == "goaway_first" and connection.is_open(decision.push.stream_id):
        connection.answer(decision)
