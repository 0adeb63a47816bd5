"""Cells about functions that answer requests: the webhook, and the authorizer."""

import secrets
from typing import Any

from local.sample_events import credentials
from ops.calls import webhooks
from tests.programs.faults.cell import Cell, Dependency, Kind, Moment
from tests.programs.faults.observation import Observation
from tests.programs.faults.switches import switch_on
from tests.programs.faults.world import World, timed_invoke
from tests.support.aws.lambda_runtime import RunningFunction
from tests.support.http_events import http_event

COMETCHAT_WAITS_S = 2.0
# Its limit for Lambda authorizers, and the function's timeout in the template.
API_GATEWAY_WAITS_S = 10.0
CACHES_EXPIRE_S = 3_700


def run_webhook_cell(world: World, cell: Cell) -> Observation:
    observation = Observation(cell.name, calls=1, deliveries=1)
    with world.function("webhook") as function:
        if cell.moment is Moment.WARM:
            _ring(world, function)
            world.clock.skip(CACHES_EXPIRE_S if cell.dependency is Dependency.WEBHOOK_SECRET else 0)
        queued = len(world.stubs.sent)
        end_fault = switch_on(world, cell, [])
        status, took_s = _ring(world, function)
        observation.rung = len(world.stubs.sent) - queued
        world.clock.skip(cell.lasts_s)
        end_fault()
        after, _ = _ring(world, function)
        observation.read_log(function.printed())
    observation.answers, observation.longest_s = [str(status), str(after)], round(took_s, 2)
    if took_s > COMETCHAT_WAITS_S:
        observation.late.append(f"answered after {took_s:.1f} s, CometChat waits {COMETCHAT_WAITS_S} s")
    if status == 200 and not observation.rung:
        observation.problems.append("answered 200, and the call is not on the queue")
    if status not in (200, 503):
        observation.problems.append(f"answered {status}; expected 200, or 503 when the call may not be on the queue")
    if status != 200 and _webhook_must_pass(cell):
        observation.problems.append("refused a call that it could have queued")
    if after != 200:
        observation.problems.append(f"after the fault a new webhook got {after}")
    return observation


def _webhook_must_pass(cell: Cell) -> bool:
    has_credentials = cell.dependency is Dependency.WEBHOOK_SECRET and cell.moment is Moment.WARM
    return has_credentials or cell.kind is Kind.WRONG_ONCE


def _ring(world: World, function: RunningFunction) -> tuple[int, float]:
    call = webhooks.new_call("alice", f"callee-{secrets.token_hex(6)}", "audio")
    sent = webhooks.webhook("documented", call, credentials.WEBHOOK)
    event = http_event("POST /webhooks/call", sent.body, sent.headers, received_at_ms=world.clock.now_ms())
    result, took_s = timed_invoke(world, function, event)
    return result.get("statusCode", 0), took_s


def run_authorizer_cell(world: World, cell: Cell) -> Observation:
    observation = Observation(cell.name, calls=1, deliveries=1)
    with world.function("authorizer") as function:
        if cell.moment is Moment.WARM:
            _sign_in(world, function)
            world.clock.skip(CACHES_EXPIRE_S)
        end_fault = switch_on(world, cell, [])
        first, took_s = _sign_in(world, function)
        end_fault()
        # A second later, not a minute.
        world.clock.skip(1.1)
        after, _ = _sign_in(world, function)
        observation.read_log(function.printed())
    observation.answers, observation.longest_s = [_said(first), _said(after)], round(took_s, 2)
    observation.rung = int(first.get("isAuthorized") is True)
    if took_s > API_GATEWAY_WAITS_S:
        observation.late.append(f"answered after {took_s:.1f} s; expected at most {API_GATEWAY_WAITS_S} s")
    if first.get("isAuthorized") is False:
        observation.problems.append("refused a valid token; expected a failure, which API Gateway does not keep")
    if cell.moment is Moment.WARM and not observation.rung:
        observation.problems.append("did not use the keys that it had")
    if after.get("isAuthorized") is not True:
        observation.problems.append("a second after the fault a valid token was not accepted")
    return observation


def _sign_in(world: World, function: RunningFunction) -> tuple[dict[str, Any], float]:
    # PyJWT reads the real time.
    token = credentials.jwt(world.clock.now_ms() - round(world.clock.offset_s * 1000))
    event = http_event("PUT /voip-tokens", None, {"Authorization": f"Bearer {token}"})
    return timed_invoke(world, function, event)


def _said(result: dict[str, Any]) -> str:
    authorized = result.get("isAuthorized")
    return "failed" if authorized is None else "accepted" if authorized else "refused"
