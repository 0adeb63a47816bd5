"""GET /calls/{uuid}: a phone that we rang asks whether the call still rings.

Apple forbids a push that cancels a call, and CometChat's SDK needs seconds to connect in an app that was not running.
"""

import os
import re
from collections.abc import Mapping
from typing import Any

from calls.call_state import CallState, call_state
from calls.config import Config
from calls.errors import CallsUnavailable
from calls.store import Calls, DynamoCalls
from shared import aws, time_limits
from shared.clock import now_ms
from shared.http import json_response
from shared.log_messages import LogMessage
from shared.observability import count, logger, reported

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_client = aws.client("dynamodb", time_limits.CALL_STATE)
_calls: Calls = DynamoCalls(_client, Config.read(os.environ).calls_table)


@reported
def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    logger.append_keys(correlation_id=event["requestContext"]["requestId"])
    uuid = event["pathParameters"]["uuid"]
    if not _UUID.fullmatch(uuid):
        return json_response(400, error="uuid must be the uuid of a VoIP push", field="uuid")
    # From the authorizer: a user can ask only for calls that rang this user's own phones.
    uid = event["requestContext"]["authorizer"]["lambda"]["uid"]
    try:
        rung = _calls.read(uid, uuid.lower())
    except CallsUnavailable as problem:
        logger.error(LogMessage.CALLS_UNAVAILABLE, extra={"detail": str(problem)})
        return json_response(503, error="try again")
    if rung is None:
        count("CallStatesNotFound")
        return json_response(404, error="no such call")
    state = call_state(rung.ring, rung.ends, now_ms=now_ms())
    count("CallStatesRead")
    return _response(state)


def _response(state: CallState) -> dict[str, Any]:
    reason = {"reason": state.reason} if state.reason else {}
    return json_response(200, state=state.state, **reason, expires_at=state.expires_at_ms)
