"""The fault matrix without its servers: which cells there are, what is read of a log, what is written."""

import json

from push.apns.provider_token import GRID_S
from tests.programs.faults import report
from tests.programs.faults.cell import Cell, Dependency, Kind, Moment, all_cells
from tests.programs.faults.observation import Observation
from tests.programs.faults.push_cells import allowed_connections
from tests.support.clocks import NOON_MS


def test_every_combination_is_a_cell_and_some_say_why_they_cannot_be():
    cells = list(all_cells())
    assert len(cells) == len(set(cells)) == len(Dependency) * len(Kind) * len(Moment)
    impossible = [cell for cell in cells if cell.impossible]
    assert 0 < len(impossible) < len(cells) / 4
    for dependency in Dependency:
        assert any(not cell.impossible for cell in cells if cell.dependency is dependency)


def test_a_log_is_read_for_warnings_errors_and_metrics():
    metric = {
        "_aws": {
            "Timestamp": 1,
            "CloudWatchMetrics": [
                {
                    "Namespace": "VoipPush",
                    "Dimensions": [["service"]],
                    "Metrics": [
                        {"Name": "CallsRung", "Unit": "Count"},
                        {"Name": "RingLatency", "Unit": "Milliseconds"},
                    ],
                }
            ],
        },
        "service": "push",
        "CallsRung": [1, 2],
        "RingLatency": [40.0],
    }
    lines = [
        json.dumps({"level": "WARNING", "message": "could not extend visibility timeout"}),
        json.dumps({"level": "INFO", "message": "call settled"}),
        json.dumps(metric),
        "INIT_START",
        "[1]",
    ]
    observation = Observation("a cell")
    observation.read_log("\n".join(lines))
    assert observation.logged == {"could not extend visibility timeout": 1}
    assert observation.counted == {"CallsRung": 3}


def test_an_observation_survives_between_runs():
    observation = Observation("a cell", calls=3, problems=["lost"], counted={"CallsRung": 1})
    assert Observation.from_json(observation.to_json()) == observation


def test_the_table_replaces_what_is_between_its_markers(tmp_path):
    document = tmp_path / "reliability.md"
    document.write_text(f"before\n{report.BEGIN}\nTABLE OF BEFORE\n{report.END}\nafter\n")
    cell = Cell(Dependency.APNS_ANSWER, Kind.THROTTLED, Moment.COLD)
    report.write(document, {cell.name: Observation(cell.name, calls=1, rung=1, pushes=3)})
    text = document.read_text()
    assert text.startswith(f"before\n{report.BEGIN}\n")
    assert text.endswith(f"{report.END}\nafter\n")
    assert "TABLE OF BEFORE" not in text
    assert "| throttled | cold | 1/1 | 3 | 0 | 0 | 0.0 |  |  | as expected |" in text
    assert "not possible: before TLS there is no HTTP status" in text


def test_cells_about_requests_show_what_was_answered():
    cell = Cell(Dependency.CALL_STATES, Kind.HANGS, Moment.COLD)
    seen = Observation(cell.name, answers=["503", "200 ringing"], longest_s=2.5, counted={"CallStatesRead": 1})
    text = report.markdown({cell.name: seen})
    assert "| hangs before the answer | cold | 503 | 200 ringing | 2.5 |  | CallStatesRead 1 | as expected |" in text
    assert "503, then 200 ringing" in report.line(seen)


def test_every_cell_that_cannot_be_run_or_was_not_is_listed():
    rows = [line for line in report.markdown({}).splitlines() if line.endswith("|") and not line.startswith("|-")]
    cells = [row for row in rows if row not in (report.HEAD, report.REQUEST_HEAD)]
    assert len(cells) == len(list(all_cells()))
    assert all("not run" in row or "not possible: " in row for row in cells)


def test_a_new_provider_token_allows_for_new_connections():
    noon_s = NOON_MS // 1000 // GRID_S * GRID_S
    assert allowed_connections(noon_s, noon_s + 15) == 5
    assert allowed_connections(noon_s - 5, noon_s + 10) == 9
