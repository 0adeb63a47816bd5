"""Cells about the webhook function: CometChat announces a call, or its end."""

import json
import secrets
from typing import Any

from local.sample_events import credentials
from ops.calls import end_webhooks, webhooks
from shared.call_ends_table import DynamoCallEnds
from tests.programs.faults.cell import Dependency, Kind, Moment
from tests.programs.faults.request_cell import Answer, RequestCell
from tests.programs.faults.world import CALLS_TABLE
from tests.support.aws.lambda_runtime import RunningFunction
from tests.support.http_events import http_event


class WebhookCell(RequestCell):
    function = "webhook"
    # CometChat.
    waits_s = 2.0

    def post(self, function: RunningFunction, sent: webhooks.Webhook) -> tuple[dict[str, Any], float]:
        event = http_event("POST /webhooks/call", sent.body, sent.headers, received_at_ms=self.world.clock.now_ms())
        return self.invoke(function, event)

    def new_call(self) -> webhooks.Call:
        return webhooks.new_call("alice", f"callee-{secrets.token_hex(6)}", "audio")

    def is_queued(self, call: webhooks.Call) -> bool:
        return any(call.session_id in body for body in self.world.stubs.sent)


class CallCell(WebhookCell):
    @property
    def caches_expire_s(self) -> float:
        return 3_700.0 if self.cell.dependency is Dependency.WEBHOOK_SECRET else 0.0

    def ask(self, function: RunningFunction) -> Answer:
        call = self.new_call()
        result, took_s = self.post(function, webhooks.webhook("documented", call, credentials.WEBHOOK))
        status = result.get("statusCode")
        return Answer(str(status), status == 200, self.is_queued(call), took_s)

    def must_succeed(self) -> bool:
        has_credentials = self.cell.dependency is Dependency.WEBHOOK_SECRET and self.cell.moment is Moment.WARM
        return has_credentials or self.cell.kind is Kind.WRONG_ONCE


class CallEndCell(WebhookCell):
    """The queue is the fallback of the table; in cells about the queue the table fails, too."""

    def ask(self, function: RunningFunction) -> Answer:
        call = self.new_call()
        [sent] = end_webhooks.cancelled("documented", call, [], call.sent_at_ms + 1_000, credentials.WEBHOOK)
        result, took_s = self.post(function, sent)
        status = result.get("statusCode")
        said = json.loads(result["body"]).get("result", "") if status == 200 else ""
        noted = bool(DynamoCallEnds(self.world.dynamodb, CALLS_TABLE).read([f"session#{call.session_id}"]))
        done = {"noted": noted, "queued": self.is_queued(call)}.get(said, noted or self.is_queued(call))
        return Answer(f"{status} {said}".rstrip(), status == 200, done, took_s)

    def must_succeed(self) -> bool:
        return self.cell.dependency is Dependency.CALL_ENDS
