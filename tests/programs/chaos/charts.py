"""`make charts`: the first row of the dashboard, drawn from what the latest `make chaos` has measured."""

import argparse
import math
import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ops.stack.directory import ROOT
from tests.programs.chaos.measured import Measured
from tests.support.aws.emf import Sample
from tests.support.aws.monitoring import Widget, statistic, widgets
from tests.support.aws.template import load_template

PICTURE = ROOT / "docs" / "charts.png"
POINTS = 24
PERIODS_S = (1, 2, 5, 10, 30, 60, 300)
# Okabe and Ito's, which the colour-blind tell apart too.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442")


def first_row() -> list[Widget]:
    return sorted((widget for widget in widgets(load_template()) if widget.y == 0), key=lambda widget: widget.x)


def draw(measured: Measured, row: Sequence[Widget]) -> Figure:
    mpl.rcParams.update(
        {"axes.prop_cycle": mpl.cycler(color=COLOURS), "axes.spines.top": False, "axes.spines.right": False}
    )
    begin_ms = min(sample.at_ms for sample in measured.samples)
    end_ms = max(sample.at_ms for sample in measured.samples)
    period_s = next((each for each in PERIODS_S if (end_ms - begin_ms) / 1000 / each <= POINTS), PERIODS_S[-1])
    figure = Figure(figsize=(15, 4.6), layout="constrained")
    for axes, widget in zip(figure.subplots(1, len(row)), row, strict=True):
        _draw_widget(axes, widget, measured, begin_ms, period_s, math.ceil((end_ms - begin_ms + 1) / period_s / 1000))
    figure.supxlabel(f"s since the first call; {measured.title}; one point for each {period_s} s", fontsize=9)
    return figure


def _draw_widget(axes: Axes, widget: Widget, measured: Measured, begin_ms: int, period_s: int, periods: int) -> None:
    seconds = [number * period_s for number in range(periods)]
    lines = {}
    for metric in widget.metrics:
        values = _by_period(measured.of(metric), begin_ms, period_s)
        # CloudWatch leaves a gap where nothing was counted; 0 reads better.
        gap = 0.0 if metric.stat == "Sum" else math.nan
        lines[metric.label] = [
            statistic(metric.stat, values[number]) if number in values else gap for number in range(periods)
        ]
    if widget.properties.get("stacked"):
        axes.stackplot(seconds, *lines.values(), labels=list(lines))
    else:
        for (label, line), style in zip(lines.items(), cycle(("-", "--", ":")), strict=False):
            axes.plot(seconds, line, style, label=label, marker=".")
    axes.set_title(widget.title, loc="left", fontsize=11, fontweight="bold")
    axes.set_ylabel(widget.properties.get("yAxis", {}).get("left", {}).get("label", f"in {period_s} s"))
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(0, -0.1), ncols=2)


def _by_period(samples: Sequence[Sample], begin_ms: int, period_s: int) -> dict[int, list[float]]:
    values: defaultdict[int, list[float]] = defaultdict(list)
    for sample in samples:
        values[(sample.at_ms - begin_ms) // (period_s * 1000)].append(sample.value)
    return values


def main() -> int:
    parser = argparse.ArgumentParser(prog="make charts")
    parser.add_argument("--to", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    try:
        measured = Measured.read()
    except FileNotFoundError:
        print("nothing has been measured yet: make chaos comes first", file=sys.stderr)
        return 1
    row = first_row()
    draw(measured, row).savefig(arguments.to, dpi=110, metadata={"Software": None})
    print(f"{arguments.to}: {', '.join(widget.title for widget in row)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
