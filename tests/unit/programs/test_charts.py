"""make charts: the lines are the dashboard's, their points what was measured."""

from pathlib import Path

import pytest

from tests.programs.chaos.charts import draw, first_row
from tests.programs.chaos.measured import Measured
from tests.support.aws.emf import Sample

BEGIN_MS = 1_764_000_000_000


def sample(name: str, value: float, after_s: float, *, service: str = "push", stack: str = "here") -> Sample:
    at_ms = BEGIN_MS + int(after_s * 1000)
    return Sample(f"VoipPush/{stack}", name, {"service": service}, value, at_ms)


@pytest.fixture
def measured() -> Measured:
    return Measured(
        "a run",
        "here",
        [
            *(sample("CallsQueued", 1, second, service="webhook") for second in (0, 0.5, 1, 23)),
            sample("CallsQueued", 1, 0, service="webhook", stack="elsewhere"),
            sample("CallsQueued", 1, 0, service="push"),
            *(sample("RingLatency", ms, 2) for ms in (10, 20, 30)),
        ],
    )


def test_the_picture_has_the_widgets_of_the_first_row(measured: Measured) -> None:
    row = first_row()

    axes = draw(measured, row).axes

    assert [each.get_title(loc="left") for each in axes] == [widget.title for widget in row]
    for each, widget in zip(axes, row, strict=True):
        labels = [text.get_text() for text in each.get_legend().get_texts()]
        assert labels == [metric.label for metric in widget.metrics]


def test_a_point_is_the_statistic_of_its_period_and_of_this_stack_alone(measured: Measured) -> None:
    calls, _, latency = draw(measured, first_row()).axes

    came_in, *_ = calls.get_lines()
    assert list(came_in.get_ydata()) == [2, 1] + [0] * 21 + [1]
    p50, p95, _ = latency.get_lines()
    assert (p50.get_ydata()[2], p95.get_ydata()[2]) == (20, 30)


def test_what_was_measured_survives_its_file(measured: Measured, tmp_path: Path) -> None:
    measured.write(tmp_path / "file.json")

    assert Measured.read(tmp_path / "file.json") == measured
