"""`make attack`: exit code 0 only if everything held."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from local.settings import Settings
from ops.console import Progress
from ops.errors import CommandError
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory
from ops.stack.running import running_stack
from tests.programs.attack import scenarios
from tests.programs.attack.canary import findings_of_a_canary
from tests.programs.attack.run import Attack, Row, attack, groups
from tests.support.aws.function_logs import all_log_lines


@contextmanager
def _stack(progress: Progress) -> Iterator[StackDescription]:
    """One of its own, or with VOIP_STACK=running the one of make local."""
    directory = StackDirectory(ROOT / ".local")
    if os.environ.get("VOIP_STACK") == "running":
        yield running_stack(directory)
        return
    from local.startup.lifecycle import running  # brings in SAM, which takes half a second

    with running(directory, Settings.read(os.environ), progress) as stack:
        yield stack.description


def _run(running: Attack, progress: Progress) -> None:
    state = running.state_reader.state()
    for group, attempts in groups().items():
        progress.say(f"{group}: {len(attempts)} attempts")
        state = running.run(group, attempts, state)
    for scenario in (
        scenarios.replay_at_once,
        scenarios.replay_after_the_ring_time,
        scenarios.calls_of_others,
        scenarios.kinds_of_credentials,
        scenarios.expired_token_in_the_cache,
    ):
        progress.say(scenario.__name__.replace("_", " "))
        scenario(running)
    _scan_logs(running, progress)


def _scan_logs(running: Attack, progress: Progress) -> None:
    lines = list(all_log_lines(running.description))
    progress.say(f"looking for {running.scan.size} strings in {len(lines)} log lines")
    findings = running.scan.findings(lines)
    running.row("logs", "secrets, tokens, bodies, names", "none", "; ".join(map(str, findings[:20])) or "none")
    token, what = running.target.victim.token, "the victim's device token"
    found = {finding.what for finding in findings_of_a_canary(token, running.scan, running.description)}
    running.row("logs", f"{what}, planted", "found", "found" if what in found else "not found")


def _table(rows: list[Row]) -> None:
    """What was tried, what is documented for it, and what was found."""
    names, documented = max(len(row.name) for row in rows), max(len(row.documented) for row in rows)
    for group, found in groupby(rows, key=lambda row: row.group):
        print(f"\n  {group}")
        for row in found:
            verdict = "" if row.held else "  DID NOT HOLD"
            print(f"    {row.name:{names}}  {row.documented:{documented}}  {row.found}{verdict}")


def main() -> int:
    emulated_aws.forget_real_accounts()
    progress, started = Progress(), time.monotonic()
    try:
        with _stack(progress) as description, attack(description) as running:
            _run(running, progress)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    rows = running.rows
    _table(rows)
    wrong = [row for row in rows if not row.held]
    verdict = f"{len(wrong)} did not hold" if wrong else "all of them held"
    print(f"\n{len(rows)} checks in {time.monotonic() - started:.0f} s: {verdict}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
