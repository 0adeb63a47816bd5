"""Cold starts and warm times beside a baseline: `python -m tests.programs.bench.cold [--samples 5] [--write]`.

`--write` puts the result into docs/performance.md.
"""

import argparse
import tempfile
from pathlib import Path

from ops.stack import emulated_aws
from tests.programs.bench.cold.measure import measure
from tests.programs.bench.cold.report import BEGIN, report
from tests.programs.bench.cold.world import World
from tests.programs.bench.performance_md import write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=5, help="of each cold start; the median is shown")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    arguments = parser.parse_args()
    emulated_aws.forget_real_accounts()
    with tempfile.TemporaryDirectory(prefix="bench-cold-") as directory:
        results = measure(World(Path(directory)), arguments.samples)
    text = report(results, arguments.samples)
    print(text)
    if arguments.write:
        write(BEGIN, text)


if __name__ == "__main__":
    main()
