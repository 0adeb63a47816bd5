"""What each dependency gets in time and attempts, and what happens when that is used up.

CometChat waits 2 s for the webhook's answer, an invocation of push lasts 6 s, and a phone is worth ringing for some
45 s: nothing here has botocore's defaults (60 s, five attempts).

| dependency | used up means |
|---|---|
| SQS, sending a call | webhook answers 503; CometChat may try again |
| DynamoDB, writing an end (webhook) | the end goes to the queue instead |
| Secrets Manager | a kept value is used for a while longer; without one: refuse (webhook), retry the message (push) |
| DynamoDB, ringing (push) | the message comes back after a second or more |
| SQS, visibility and dead letters (push) | the message comes back when its visibility timeout ends |
| DynamoDB, devices (tokens) | the phone gets 503 and registers again |
| DynamoDB, calls (calls) | the phone gets 503, rings on, and asks again some seconds later |
| APNs | see `push.delivery` (pushes) and `push.apns.http2.dial` (connections) |
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Of one request: to connect, between two reads of its answer, and how often it is tried in all."""

    connect_s: float
    read_s: float
    attempts: int


# One attempt: it may come after the one at the calls table.
SEND_CALL = TimeLimits(connect_s=0.3, read_s=0.5, attempts=1)
WRITE_CALL_END = TimeLimits(connect_s=0.2, read_s=0.4, attempts=1)
# One attempt: botocore pauses for up to a second before another one, which who waits for a secret has not got.
READ_SECRET = TimeLimits(connect_s=0.3, read_s=0.5, attempts=1)
# Two: a claim whose answer was lost would else keep the call leased.
RING_TABLES = TimeLimits(connect_s=0.3, read_s=0.5, attempts=2)
# One: the message comes back in any case, at the latest when its visibility timeout ends.
RING_QUEUE = TimeLimits(connect_s=0.3, read_s=0.5, attempts=1)
CALL_STATE = TimeLimits(connect_s=0.5, read_s=1.0, attempts=2)
REGISTER_DEVICE = TimeLimits(connect_s=0.5, read_s=1.0, attempts=2)
