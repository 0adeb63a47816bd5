"""The results as they stand in docs/performance.md."""

import os
import platform
from statistics import median

from tests.programs.bench.cold.container import FULL_CPU_MB
from tests.programs.bench.cold.measure import APNS_MS, AWS_MS, DEVICES, IDLE_S, WARM_WEBHOOKS, Results
from tests.programs.bench.cold.process import Cold

BEGIN = "<!-- make bench-cold -->"
_SUBJECTS = ("webhook", "push", "tokens", "authorizer")


def report(results: Results, samples: int) -> str:
    return "\n\n".join(
        [
            _cold(results),
            _targets(results),
            _imports(results),
            _memory(results),
            _warm(results),
            f"`make bench-cold`: medians of {samples} starts on {os.cpu_count()} cores ({platform.machine()}, "
            f"{_processor()}), Python {platform.python_version()}. AWS is a stub that answers after {AWS_MS} ms over "
            f"plain HTTP, APNs a server that answers after {APNS_MS} ms."
            + (f" No containers: {results.no_docker}." if results.no_docker else ""),
        ]
    )


def _cold(results: Results) -> str:
    rows = []
    for name in _SUBJECTS:
        for variant in (name, f"baseline {name}", f"baseline {name}, byte-compiled"):
            if (variant, "process") not in results.cold:
                continue
            cells = [variant]
            for kind in ("process", "container"):
                colds = results.cold.get((variant, kind))
                cells += [f"{_ready_ms(colds):,.0f}", f"{_first_answer_ms(colds):,.0f}"] if colds else ["-", "-"]
                ratio = _ratio(results, variant, f"baseline {name}", kind)
                cells.append(f"{ratio:.2f}" if ratio else "-")
            rows.append(cells)
    header = ["ms since the start", "process: ready", "first answer", "to baseline", "container: ready"]
    return _table([*header, "first answer", "to baseline"], rows)


def _targets(results: Results) -> str:
    p99 = results.warm_webhook["webhook"][1]
    rows = [["webhook warm, own time, p99", "25 ms", f"{p99:.1f} ms", _met(p99 < 25)]]
    ratio = _ratio(results, "webhook", "baseline webhook", "container")
    if ratio:
        webhook_ms, push_ms = (_first_answer_ms(results.cold[name, "container"]) for name in ("webhook", "push"))
        rows = [
            ["webhook, first answer, in the container", "1,000 ms", f"{webhook_ms:,.0f} ms", _met(webhook_ms <= 1_000)],
            ["the same, of the baseline's", "0.35", f"{ratio:.2f}", _met(ratio <= 0.35)],
            [
                "push, first push of a cold environment, accepted and recorded",
                "1,200 ms",
                f"{push_ms:,.0f} ms",
                _met(push_ms <= 1_200),
            ],
            *rows,
        ]
    return _table(["target", "at most", "measured", ""], rows)


def _imports(results: Results) -> str:
    rows = [[name, f"{took_ms:.0f}"] for name, took_ms in results.webhook_imports.items()]
    return _table(["webhook's init in the process, as `-X importtime` has it", "ms"], rows)


def _memory(results: Results) -> str:
    sizes = sorted({memory_mb for _, memory_mb in results.by_memory})
    if not sizes:
        return "Memory sizes were not measured."
    header = ["ms in the container", *(f"{size:,} MB" for size in sizes)]
    rows = []
    for name in _SUBJECTS:
        found = [results.by_memory.get((name, size)) for size in sizes]
        rows.append([f"{name}, first answer", *(f"{_first_answer_ms(each):,.0f}" if each else "-" for each in found)])
        rows.append([f"{name}, warm", *(f"{_warm_ms(each):,.1f}" if each else "-" for each in found)])
    note = f"With {FULL_CPU_MB:,} MB a function has one vCPU, with less or more in proportion."
    return _table(header, rows) + f"\n\n{note}"


def _warm(results: Results) -> str:
    rows = []
    for state in ("warm", "idle"):
        for devices in DEVICES:
            ours, base = (results.pushes[name, state, devices] for name in ("push", "baseline push"))
            what = "warm" if state == "warm" else f"after {IDLE_S:.0f} s frozen"
            rows.append([f"push to {devices}, {what}", f"{ours:,.0f}", f"{base:,.0f}", f"{ours / base:.2f}"])
    for index, percentile in enumerate(("p50", "p99")):
        ours, base = (results.warm_webhook[name][index] for name in ("webhook", "baseline webhook"))
        what = f"webhook warm, own time, {percentile} of {WARM_WEBHOOKS:,}"
        rows.append([what, f"{ours:.1f}", f"{base:.1f}", f"{ours / base:.2f}"])
    return _table(["ms in the handler", "ours", "baseline", "to baseline"], rows)


def _ready_ms(colds: list[Cold]) -> float:
    return median(cold.ready_ms for cold in colds)


def _first_answer_ms(colds: list[Cold]) -> float:
    return median(cold.first_answer_ms for cold in colds)


def _warm_ms(colds: list[Cold]) -> float:
    return median(cold.warm_ms for cold in colds)


def _ratio(results: Results, name: str, to: str, kind: str) -> float | None:
    """Median of the rounds' ratios: what slows the machine down for a while slows both."""
    pairs = zip(results.cold.get((name, kind), ()), results.cold.get((to, kind), ()), strict=False)
    ratios = [ours.first_answer_ms / theirs.first_answer_ms for ours, theirs in pairs]
    return median(ratios) if ratios else None


def _met(holds: bool) -> str:
    return "met" if holds else "**missed**"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _processor() -> str:
    """Its name, where Linux tells it."""
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"
