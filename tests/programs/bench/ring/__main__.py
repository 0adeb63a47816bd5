"""The ring path: how long a ring takes, what CPU it uses, and what it asks of AWS, beside the baseline.

`python -m tests.programs.bench.ring [--rounds 3] [--against COMMIT] [--write]`. `--against` measures the push function
of another commit in the same run; `--write` puts the result into docs/performance.md. Exit code 1 if a limit is not
kept.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from ops.stack import emulated_aws
from tests.programs.bench.cold.world import World
from tests.programs.bench.performance_md import write
from tests.programs.bench.ring.former import former_push
from tests.programs.bench.ring.limits import broken_limits
from tests.programs.bench.ring.measure import measure
from tests.programs.bench.ring.report import BEGIN, report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", metavar="COMMIT", help="a former version to measure beside this one")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    arguments = parser.parse_args()
    emulated_aws.forget_real_accounts()
    with tempfile.TemporaryDirectory(prefix="bench-ring-") as directory:
        world = World(Path(directory))
        subjects = [world.ours["push"], world.baseline["push"]]
        if arguments.against:
            subjects.append(former_push(arguments.against, Path(directory), opt=world.ours["push"].opt))
        rings = measure(world, subjects, arguments.rounds)
    text = report(rings, arguments.rounds)
    print(text)
    if arguments.write:
        write(BEGIN, text)
    broken = broken_limits(rings, "push")
    for limit in broken:
        print(f"not kept: {limit}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
