"""What each dependency gets in time and attempts, why, and what happens when that is used up.

CometChat waits 2 s for the webhook's answer, an invocation of push lasts 6 s, and a phone is worth ringing for some
45 s: nothing here has botocore's defaults (60 s, five attempts). `POLICY` says it in words; docs/reliability.md shows
it, and a test compares them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Of one request: to connect, between two reads of its answer, and how often it is tried in all."""

    connect_s: float
    read_s: float
    attempts: int


SEND_CALL = TimeLimits(connect_s=0.3, read_s=0.5, attempts=1)
SEND_CALL_TRIES = 2
WRITE_CALL_END = TimeLimits(connect_s=0.2, read_s=0.4, attempts=1)
READ_SECRET = TimeLimits(connect_s=0.3, read_s=0.5, attempts=1)
RING_TABLES = TimeLimits(connect_s=0.3, read_s=0.5, attempts=2)
RING_QUEUE = TimeLimits(connect_s=0.3, read_s=0.5, attempts=1)
GROUP_MEMBERS = TimeLimits(connect_s=1.0, read_s=2.0, attempts=2)
GROUP_MEMBERS_PAGE_S = 2.0
"""For all of a page, however slowly it comes."""
CALL_STATE = TimeLimits(connect_s=0.5, read_s=1.0, attempts=2)
REGISTER_DEVICE = TimeLimits(connect_s=0.5, read_s=1.0, attempts=2)
JWKS_S = 3.0
"""For all of the request, from the name look-up to the last byte; so is the next one."""
AUTH_TOKEN_S = 2.0

# The last second of an invocation of push. Nothing is sent any more, so that what was sent can be recorded;
RECORDING_MS = 1_000
# then nothing is recorded any more, so that what is to be tried again can be made visible;
SETTLING_MS = 300
# then the handler returns, because a function that Lambda kills has reported nothing.
RETURNING_MS = 100
# A claim is given back when its work is done. If its owner dies, another one may take over this long after its end.
LEASE_MARGIN_MS = 1_000


@dataclass(frozen=True, slots=True)
class Policy:
    """`whole` bounds all of the requests for one purpose."""

    dependency: str
    limits: TimeLimits | None
    whole: str
    why: str
    used_up: str


_INVOCATION = f"what is left of the invocation, without its last {RECORDING_MS / 1000:g} s"

POLICY = (
    Policy(
        "SQS: a call (webhook)",
        SEND_CALL,
        f"{SEND_CALL_TRIES} tries",
        "CometChat waits 2 s for the answer; botocore would pause for up to 1 s between attempts",
        "503: CometChat may send the webhook again",
    ),
    Policy(
        "DynamoDB: the end of a call (webhook)",
        WRITE_CALL_END,
        "1 try, then 1 at the queue",
        "both together within CometChat's 2 s",
        "the end goes to the queue",
    ),
    Policy(
        "Secrets Manager (webhook, push, authorizer)",
        READ_SECRET,
        "2 tries, the second one only after an error that was answered",
        "who waits for a secret has no time for a second silence",
        "the value from before is used on; without one: 503 (webhook), the message comes back (push), 500 (authorizer)",
    ),
    Policy(
        "DynamoDB: devices, ends and claims (push)",
        RING_TABLES,
        _INVOCATION,
        "two attempts: a claim whose answer was lost would else keep its call leased",
        "the message comes back after a second or more",
    ),
    Policy(
        "DynamoDB: notes of outcomes (push)",
        RING_TABLES,
        f"tried again until {SETTLING_MS / 1000:g} s before the invocation ends",
        "a known outcome that is not noted rings the phone again",
        "another delivery takes over when the lease ends, and counts those pushes as possibly accepted",
    ),
    Policy(
        "SQS: visibility, dead letters, group calls (push)",
        RING_QUEUE,
        f"until {RETURNING_MS / 1000:g} s before the invocation ends",
        "the message comes back in any case",
        "it does so when its visibility timeout ends",
    ),
    Policy(
        "APNs: a connection (push)",
        None,
        "3 s to connect; new ones after 0.1 s and 1 s, then every 10 s, until a push is accepted",
        "Apple takes rapid connecting for an attack",
        "the push waits for the next connection, in the same invocation or after one",
    ),
    Policy(
        "APNs: a push",
        None,
        "6 pushes for a call and phone, at about 0, 0.2, 1, 4, 12 and 30 s; each answer has until the invocation"
        f" ends, without its last {RECORDING_MS / 1000:g} s",
        "a push that is sent again too early rings a phone twice, or annoys Apple",
        "`unconfirmed`: counted and alarmed",
    ),
    Policy(
        "CometChat REST: members of a group (push)",
        GROUP_MEMBERS,
        f"{GROUP_MEMBERS_PAGE_S:g} s for a page",
        "several pages fit into an invocation; only connecting is tried again",
        "the message comes back after 2 s, or when CometChat says",
    ),
    Policy(
        "CometChat REST: an auth token (authorizer)",
        None,
        f"{AUTH_TOKEN_S:g} s for the whole request",
        "the app waits for it; API Gateway gives the authorizer 10 s",
        "500, which API Gateway does not keep: the app tries again",
    ),
    Policy(
        "JWKS (authorizer)",
        None,
        f"{JWKS_S:g} s for the whole request, again after 1 s (after a minute where there are keys)",
        "once an hour and environment; issuers are slower than AWS",
        "keys from before are used on; without any: 500, as above",
    ),
    Policy(
        "DynamoDB: registering a phone (tokens)",
        REGISTER_DEVICE,
        "each request",
        "an answer takes milliseconds; an app that has waited for 30 s may have been suspended",
        "503: the app registers again",
    ),
    Policy(
        "DynamoDB: the state of a call (calls)",
        CALL_STATE,
        "each request",
        "the phone asks again every few seconds",
        "503: the phone rings on",
    ),
)
