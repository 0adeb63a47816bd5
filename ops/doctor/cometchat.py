"""CometChat's side, as far as its webhooks tell: what came, and what was refused.

Test calls of `make smoke` and posts of doctor are counted apart by the webhook function and are not among these.
"""

import time
from collections.abc import Iterator, Mapping

from ops.doctor.findings import Finding, Note, NotExamined, Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack
from ops.stack.metrics import Counted, counted

CALLS = "CallsQueued"
ENDS = ("CallEndsNoted", "CallEndsQueued", "CallEndsTooLate")
REFUSED = "WebhooksUnauthorized"
INVALID = "WebhooksInvalid"
ACCEPTED = ("WebhooksByCurrentSecret", "WebhooksByPreviousSecret")

_RECENTLY_MS = 15 * 60_000
_HOURS = 3
_WINDOW_MS = _HOURS * 3_600_000
# Less may be a stranger who tries, or calls that began before the window.
_MIN_REFUSED = 3
_MIN_ENDS = 3


def cometchat(stack: DeployedStack) -> Iterator[Finding]:
    now_ms = time.time() * 1000
    names = [CALLS, *ENDS, REFUSED, INVALID, *ACCEPTED]
    yield from judge(counted(stack, "webhook", names, now_ms - _WINDOW_MS, now_ms), now_ms)


def judge(found: Mapping[str, Counted], now_ms: float) -> Iterator[Finding]:
    calls, ends = found[CALLS].since(0), sum(found[name].since(0) for name in ENDS)
    refused = found[REFUSED].since(now_ms - _RECENTLY_MS)
    first_refused_ms = found[REFUSED].first_since(now_ms - _RECENTLY_MS)
    if refused >= _MIN_REFUSED and not any(found[name].since(first_refused_ms) for name in ACCEPTED):
        yield Problem(
            ProblemCode.COMETCHAT_REFUSED,
            f"{refused} webhooks with wrong credentials in the last 15 minutes, and none was accepted since the first",
            "CometChat dashboard, Webhooks: username and password must be the secret's. If nobody has them: "
            "make webhook-secret ROTATE=1, and put what it shows into the dashboard",
        )
    elif refused:
        yield Note(f"{refused} webhooks with wrong credentials in the last 15 minutes; others were accepted")
    if invalid := found[INVALID].since(now_ms - _RECENTLY_MS):
        yield Note(
            f"{invalid} webhooks in the last 15 minutes had right credentials and could not be read: "
            "make logs ERRORS=1 names the field"
        )
    if not calls and ends >= _MIN_ENDS:
        yield Problem(
            ProblemCode.NO_CALLS_FROM_COMETCHAT,
            f"no call_initiated came for {_HOURS} h although {ends} ends of calls did",
            "CometChat dashboard, Webhooks, this webhook, Triggers: tick call_initiated",
        )
    elif calls or ends:
        yield Ok(f"CometChat has posted {calls} calls and {ends} ends of calls in the last {_HOURS} h")
    else:
        yield NotExamined(
            f"whether CometChat posts to this webhook: nothing came in the last {_HOURS} h; make a call and look again"
        )
