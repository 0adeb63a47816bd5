"""The most telling cells of the fault matrix; `make faults` runs all of them."""

import sys

import pytest

from tests.programs.faults.cell import Cell, Dependency, Kind, Moment
from tests.programs.faults.run import run_cell

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's runtime client is for Linux")

COLD, WARM, MID_BATCH = Moment
TELLING = [
    (Dependency.APNS_KEY, Kind.HANGS, COLD),
    (Dependency.APNS_KEY, Kind.HANGS, WARM),
    (Dependency.WEBHOOK_SECRET, Kind.HANGS, COLD),
    (Dependency.WEBHOOK_SECRET, Kind.HANGS, WARM),
    (Dependency.SQS_SEND, Kind.WRONG_ONCE, COLD),
    (Dependency.SQS_SEND, Kind.HANGS, WARM),
    (Dependency.CALL_ENDS, Kind.HANGS, COLD),
    (Dependency.CALL_ENDS_QUEUE, Kind.MALFORMED, WARM),
    (Dependency.SQS_VISIBILITY, Kind.HANGS, COLD),
    (Dependency.SQS_VISIBILITY, Kind.RESET, MID_BATCH),
    (Dependency.DEVICES, Kind.HANGS, COLD),
    (Dependency.DEVICES, Kind.REFUSED, WARM),
    (Dependency.DEVICES, Kind.THROTTLED, MID_BATCH),
    (Dependency.CALLS, Kind.RESET, COLD),
    (Dependency.CALLS, Kind.THROTTLED, MID_BATCH),
    (Dependency.CALLS, Kind.HANGS, MID_BATCH),
    (Dependency.CALLS, Kind.MALFORMED, MID_BATCH),
    (Dependency.CALLS, Kind.WRONG_ONCE, MID_BATCH),
    (Dependency.APNS_CONNECT, Kind.REFUSED, COLD),
    (Dependency.APNS_CONNECT, Kind.HANGS, WARM),
    (Dependency.APNS_CONNECT, Kind.WRONG_ONCE, MID_BATCH),
    (Dependency.APNS_ANSWER, Kind.THROTTLED, COLD),
    (Dependency.APNS_ANSWER, Kind.SLOW_1_S, WARM),
    (Dependency.APNS_ANSWER, Kind.SLOW_5_S, WARM),
    (Dependency.APNS_ANSWER, Kind.ERROR_FOR_A_MINUTE, WARM),
    (Dependency.APNS_ANSWER, Kind.HANGS, MID_BATCH),
    (Dependency.APNS_ANSWER, Kind.RESET, WARM),
    (Dependency.JWKS, Kind.WRONG_ONCE, COLD),
    (Dependency.JWKS, Kind.HANGS, WARM),
    (Dependency.AUTH_TOKENS, Kind.MALFORMED, COLD),
    (Dependency.AUTH_TOKENS, Kind.SLOW_1_S, WARM),
    (Dependency.COMETCHAT, Kind.HANGS, COLD),
    (Dependency.COMETCHAT, Kind.MALFORMED, WARM),
    (Dependency.COMETCHAT, Kind.THROTTLED, MID_BATCH),
    (Dependency.REGISTRATIONS, Kind.WRONG_ONCE, COLD),
    (Dependency.CALL_STATES, Kind.MALFORMED, WARM),
]


@pytest.mark.parametrize("cell", [Cell(*each) for each in TELLING], ids=lambda cell: cell.name)
def test_nothing_is_lost_and_nothing_rings_twice(cell, tmp_path, dynamodb_url):
    observation = run_cell(cell, tmp_path, dynamodb_url)
    assert observation.wrong == [], observation
