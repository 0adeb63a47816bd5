"""A function on a clock that the harness moves has no more time than Lambda gives it."""

import sys
from pathlib import Path

import pytest

from tests.programs.faults.world import ROOT
from tests.support.aws.lambda_runtime import running_function

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's runtime client is for Linux")

LAMBDA_TIMEOUT_MS = 6_000
PROBE = """
import time

def handler(event, context):
    return {"now_s": time.time(), "remaining_ms": context.get_remaining_time_in_millis()}
"""


@pytest.mark.parametrize("offset_s", [0.0, 3.0, 4_000.0])
def test_the_deadline_stays_where_it_is(tmp_path: Path, offset_s: float) -> None:
    (tmp_path / "probe").mkdir()
    (tmp_path / "probe" / "app.py").write_text(PROBE)
    variables = {"FAULTS_FUNCTION": "probe", "FAULTS_OFFSET_S": "0"}
    handler = "tests.programs.faults.shifted_clock.handler"
    with running_function(handler, variables, [tmp_path, ROOT], tmp_path / "log") as function:
        at_once = function.invoke({"offset_s": 0.0, "event": None})["result"]
        later = function.invoke({"offset_s": offset_s, "event": None})["result"]

    assert later["now_s"] - at_once["now_s"] >= offset_s
    assert 0 < later["remaining_ms"] <= LAMBDA_TIMEOUT_MS
