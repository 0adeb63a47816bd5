"""Senders of APNs pushes compared: ours, stock httpx[http2], aioapns and @parse/node-apn, against one Node server.

    python tests/programs/bench/run.py [--rounds 3] [--write]

The server has one core, the sender another. The senders take turns, and of the rounds the median is shown. `--write`
puts the result into docs/performance.md.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parents[2]
sys.path[:0] = [str(ROOT / "functions"), str(ROOT)]

from apns_simulator.certificates import ensure_certificates  # noqa: E402
from tests.programs.bench.arguments import PAYLOAD  # noqa: E402
from tests.programs.bench.performance_md import write  # noqa: E402
from tests.support.apns.credentials import SigningKey  # noqa: E402

PYTHON = sys.executable
SENDERS = {
    "ours": [PYTHON, str(BENCH / "sender.py")],
    "stock httpx": [PYTHON, str(BENCH / "with_httpx.py")],
    "aioapns": [PYTHON, str(BENCH / "with_aioapns.py")],
    "node-apn": ["node", str(BENCH / "node" / "with_node_apn.mjs"), "--payload", json.dumps(PAYLOAD)],
}
# (answer latency in ms, in flight): pushes
CASES = {(0, 1): 1_000, (0, 50): 10_000, (0, 500): 5_000, (30, 1): 100, (30, 50): 3_000, (30, 500): 4_000}
MEMORY_PUSHES = 100_000
BEGIN = "<!-- make bench: APNs senders -->"

type Figures = dict[str, float]
type Results = dict[tuple[int, int], dict[str, list[Figures]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    arguments = parser.parse_args()
    if not (BENCH / "node" / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=BENCH / "node", check=True)
    with tempfile.TemporaryDirectory() as directory:
        files = Files(Path(directory))
        results = run_all(files, arguments.rounds)
        memory = run_memory(files)
    text = report(results, arguments.rounds, memory)
    print(text)
    if arguments.write:
        write(BEGIN, text)


class Files:
    def __init__(self, directory: Path) -> None:
        self.ca, self.server_pem = ensure_certificates(directory)
        key = SigningKey()
        self.key = directory / "key.p8"
        self.key.write_bytes(key.pem)
        self.arguments = ["--ca", str(self.ca), "--key", str(self.key), "--topic", "com.example.app.voip"]
        self.arguments += ["--key-id", key.key_id, "--team-id", key.team_id]


def run_all(files: Files, rounds: int) -> Results:
    results: Results = {case: {name: [] for name in SENDERS} for case in CASES}
    for number in range(rounds):
        for (latency_ms, in_flight), pushes in CASES.items():
            for name, command in SENDERS.items():
                print(f"round {number + 1}: {latency_ms} ms, {in_flight} in flight, {name}", file=sys.stderr)
                with server(files, latency_ms) as url:
                    counts = ["--pushes", str(pushes), "--in-flight", str(in_flight)]
                    figures = run([*command, "--apns-url", url, *files.arguments, *counts])
                if figures["accepted"] != pushes:
                    raise SystemExit(f"{name}: {figures['accepted']} of {pushes} accepted")
                results[latency_ms, in_flight][name].append(figures)
    return results


def run_memory(files: Files) -> Figures:
    with server(files, 0) as url:
        counts = ["--pushes", str(MEMORY_PUSHES)]
        return run([PYTHON, str(BENCH / "memory.py"), "--apns-url", url, *files.arguments, *counts])


@contextmanager
def server(files: Files, latency_ms: int) -> Iterator[str]:
    command = on_core(0, ["node", str(BENCH / "server.mjs"), str(files.server_pem), str(latency_ms)])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"https://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def run(command: list[str]) -> Figures:
    output = subprocess.run(on_core(1, command), stdout=subprocess.PIPE, text=True, check=True, timeout=300).stdout
    figures: Figures = json.loads(output)
    return figures


def on_core(number: int, command: list[str]) -> list[str]:
    """Where there is taskset; elsewhere the system decides."""
    has_taskset = sys.platform == "linux" and (os.cpu_count() or 1) > 1
    return ["taskset", "-c", str(number), *command] if has_taskset else command


def report(results: Results, rounds: int, memory: Figures) -> str:
    header = ["latency", "in flight", "sender", "pushes/s", "CPU µs/push", "p50 ms", "p99 ms"]
    lines = [f"| {' | '.join(header)} |", "|" + "---:|" * 2 + "---|" + "---:|" * 4]
    for (latency_ms, in_flight), senders in results.items():
        for name, figures in senders.items():
            values = [f"{median(each[key] for each in figures):,.{places}f}" for key, places in COLUMNS]
            lines.append(f"| {latency_ms} ms | {in_flight} | {name} | {' | '.join(values)} |")
    at_50 = results[0, 50]
    speed = {name: ratio(at_50, name, "pushes_per_s") for name in SENDERS if name != "ours"}
    cpu = {name: ratio(at_50, name, "cpu_us_per_push") for name in SENDERS if name != "ours"}
    lines += [
        "",
        "Ours against the others at 50 in flight without latency, median of the ratios of each round: "
        + "; ".join(f"{name} {speed[name]:.1f} times in pushes/s, {cpu[name]:.2f} times in CPU" for name in speed)
        + ".",
        "",
        f"Of {int(memory['accepted']):,} pushes through one connection the last {MEMORY_PUSHES:,} made the process "
        f"grow by {int(memory['grown_bytes']) / 1024:,.0f} KiB.",
        "",
        f"{rounds} rounds on {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"Node {node_version()}; server and sender on one core each.",
    ]
    return "\n".join(lines)


COLUMNS = [("pushes_per_s", 0), ("cpu_us_per_push", 0), ("p50_ms", 1), ("p99_ms", 1)]


def ratio(senders: dict[str, list[Figures]], name: str, key: str) -> float:
    return median(ours[key] / theirs[key] for ours, theirs in zip(senders["ours"], senders[name], strict=True))


def node_version() -> str:
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip().lstrip("v")


if __name__ == "__main__":
    main()
