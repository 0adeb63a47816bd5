"""Cells about what phones ask: to be registered, and whether a call still rings."""

import json
import secrets
import uuid
from typing import Any

from push.claims import DynamoClaims
from shared.call_keys import call_uuid
from shared.devices import query_devices
from tests.programs.faults.cell import Kind
from tests.programs.faults.request_cell import Answer, RequestCell
from tests.programs.faults.world import CALLS_TABLE, DEVICES_TABLE
from tests.support.aws.lambda_runtime import RunningFunction
from tests.support.http_events import http_event
from tests.support.push.events import RING_MS, ringing


class ApiCell(RequestCell):
    """Half of what Lambda gives the functions."""

    waits_s = 5.0

    def must_succeed(self) -> bool:
        return self.cell.kind is Kind.WRONG_ONCE

    def request(
        self, function: RunningFunction, uid: str, route: str, body: str | None = None, **parameters: str
    ) -> tuple[dict[str, Any], float]:
        event = http_event(route, body, received_at_ms=self.world.clock.now_ms())
        event["requestContext"]["authorizer"] = {"lambda": {"uid": uid}}
        event["pathParameters"] = parameters
        return self.invoke(function, event)


class RegistrationCell(ApiCell):
    function = "tokens"

    def ask(self, function: RunningFunction) -> Answer:
        uid, token = f"user-{secrets.token_hex(6)}", secrets.token_hex(32)
        result, took_s = self.request(function, uid, "PUT /voip-tokens", json.dumps({"token": token}))
        status = result.get("statusCode")
        registered = [device.token for device in query_devices(self.world.dynamodb, DEVICES_TABLE, uid)] == [token]
        return Answer(str(status), status == 200, registered, took_s)


class CallStateCell(ApiCell):
    function = "calls"

    def ask(self, function: RunningFunction) -> Answer:
        """About a call that rings."""
        now_ms = self.world.clock.now_ms()
        callee = f"callee-{secrets.token_hex(6)}"
        call = ringing(session_id=str(uuid.uuid4()), conversation_id="", callee_uid=callee, initiated_at_ms=now_ms)
        ends_at_ms = now_ms + RING_MS
        claims = DynamoClaims(self.world.dynamodb, CALLS_TABLE)
        claims.claim(
            call, ["phone"], owner="faults", now_ms=now_ms, lease_until_ms=ends_at_ms, ring_ends_at_ms=ends_at_ms
        )
        result, took_s = self.request(function, callee, "GET /calls/{uuid}", uuid=call_uuid(call))
        status = result.get("statusCode")
        said = json.loads(result["body"]).get("state", "") if status == 200 else ""
        return Answer(f"{status} {said}".rstrip(), status == 200, said == "ringing", took_s)
