"""Where mutmut works: for each package a copy of the project in which modules have the names that they have in Lambda.

mutmut derives a module's name from its path, and knows only `src/` as a folder that is not part of it.
"""

import shutil
from pathlib import Path

from ops.stack.directory import ROOT
from tests.programs.mutants.fastest_first import MEASURED
from tests.programs.mutants.packages import SLOW_TESTS, answering_tests

WORKSPACES = ROOT / ".local" / "mutants"
COPIED = ("apns_simulator", "docs", "events", "functions", "layers", "local", "ops", "template.yaml", "tests")
SETTINGS = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/{package}/*"]
# HTTP/2 has tests of its own kind: against Node, frozen processes and wire faults. What aws.py gives botocore decides
# nothing, and much of it botocore only wants to be there: tests hold its clients against botocore's own.
do_not_mutate = ["src/push/apns/http2/*", "src/shared/aws.py"]
# Texts of log lines decide nothing.
do_not_mutate_patterns = ['(logger|call_log|CallLog\\(.*\\))\\.(debug|info|warning|error|exception|step)\\(']
also_copy = {copied}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = {options}
use_git_change_detection = false
# Each mutant in a process that has imported the tests and run none: loggers keep the streams of the run before.
process_isolation = "forkserver"
"""

OPTIONS = [
    *("-o", "pythonpath=src .", "-p", "no:cacheprovider", "--hypothesis-seed=1"),
    *("-p", "tests.programs.mutants.fastest_first"),
    # No tracebacks: nobody sees what a worker prints.
    *("--tb=no", "-rN"),
    # It collects garbage several times, which takes as long as most tests.
    *("-p", "no:unraisableexception"),
    # A second implementation of DynamoDB would start for every mutant; mutmut's own functions stand between ours.
    *("-k", "not dynalite and not where_its_line_was_written"),
    *(f"--ignore={test}" for test in SLOW_TESTS),
]


def workspace(package: str) -> Path:
    return WORKSPACES / package


def mutated(package: str) -> Path:
    """What mutmut keeps: the mutated files, and beside them what it knows of their mutants."""
    return workspace(package) / "mutants"


def lay_out(package: str) -> None:
    """Leaves what is known of mutants whose function has not changed."""
    directory = workspace(package)
    (directory / "src").mkdir(parents=True, exist_ok=True)
    mutated(package).mkdir(exist_ok=True)
    mirror(ROOT / "functions", directory / "src", mutated(package) / "src")
    for name in COPIED:
        link = directory / name
        if not link.is_symlink():
            link.symlink_to(ROOT / name)
        # mutmut copies them again, and would leave what has been deleted here.
        if (mutated(package) / name).is_dir():
            shutil.rmtree(mutated(package) / name)
    # Which tests run which functions: mutmut would not notice that a test which it knows runs a function that is new.
    (mutated(package) / MEASURED).unlink(missing_ok=True)
    settings = SETTINGS.format(package=package, copied=list(COPIED), tests=answering_tests(package), options=OPTIONS)
    (directory / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text() + settings)


def mirror(source: Path, target: Path, mutated: Path) -> None:
    """Keeps the times of files that are the same: mutmut makes mutants again of what is younger than they are."""
    wanted = {path.relative_to(source) for path in source.rglob("*.py")}
    for name in {path.relative_to(target) for path in target.rglob("*.py")} - wanted:
        for left in (target / name, *(mutated / name).parent.glob(f"{name.name}*")):
            left.unlink()
    for name in wanted:
        copy = target / name
        if not copy.exists() or copy.read_bytes() != (source / name).read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((source / name).read_bytes())
