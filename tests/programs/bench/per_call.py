"""What one call costs in time and log lines: invocations, their durations, bytes logged.

`python -m tests.programs.bench.per_call [--calls 100]` starts a stack of its own and makes one call after the other,
each to one phone and each ended by a second webhook. docs/capacity.md uses the medians.
"""

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence

from local.phones import phone
from local.phones.phone import Phone
from local.settings import Settings
from local.startup.lifecycle import running
from ops.calls import webhooks
from ops.calls.tracker import CallTracker
from ops.console import Progress
from ops.stack import emulated_aws
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory
from tests.support.aws.function_logs import log_lines

CALLEE = "per-call"
_REPORT = re.compile(r"^REPORT .*\bBilled Duration: (\d+) ms")
# The emulator's START, END and REPORT are not the lines that Lambda writes.
_LAMBDAS_OWN = re.compile(r"^(START|END|REPORT) ")
CLOUDWATCH_ADDS_BYTES = 26


def make_call(description: StackDescription) -> None:
    call = webhooks.new_call("alice", CALLEE, "audio")
    tracker = CallTracker(DeployedStack.on_this_machine(description))
    tracker.wait(webhooks.post(description, webhooks.webhook("documented", call, description.webhook)))
    ended = {
        "id": "2",
        "conversationId": call.conversation_id,
        "sender": "alice",
        "receiverType": "user",
        "receiver": CALLEE,
        "type": "audio",
        "data": {"action": "ended", "entities": {"on": {"entity": {"sessionid": call.session_id}}}},
        "sentAt": int(time.time()),
    }
    body = json.dumps({"trigger": "call_ended", "data": {"call": ended}}).encode()
    answer = webhooks.post(description, webhooks.with_basic_authentication(body, description.webhook))
    tracker.wait(answer, until="call end noted")


def invocations(lines: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """What each was about, billed ms, bytes of our own lines."""
    ours: list[str] = []
    for line in lines:
        if report := _REPORT.match(line):
            yield _about(ours), int(report[1]), sum(len(each.encode()) + CLOUDWATCH_ADDS_BYTES for each in ours)
            ours = []
        elif not _LAMBDAS_OWN.match(line):
            ours.append(line)


def _about(lines: Sequence[str]) -> str:
    text = "".join(lines)
    for message in ("call queued", "call end noted", "call settled"):
        if f'"message":"{message}"' in text:
            return message
    return "something else"


def measure(description: StackDescription, calls: int) -> None:
    phone.register(description, Phone(CALLEE, phone.new_device_token()))
    for _ in range(calls):
        make_call(description)
    time.sleep(1)
    print(f"\n{'invocation that ends in':28} {'number':>7} {'ms p50':>7} {'ms p95':>7} {'bytes logged':>13}")
    for group in (description.log_groups.webhook, description.log_groups.push):
        found = list(invocations(list(log_lines(description, group))))
        for about in sorted({about for about, _, _ in found} - {"something else"}):
            times = sorted(ms for each, ms, _ in found if each == about)
            sizes = [size for each, _, size in found if each == about]
            p95 = times[int(len(times) * 0.95)]
            print(f"{about:28} {len(times):7} {statistics.median(times):7.0f} {p95:7} {statistics.median(sizes):13.0f}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=100)
    arguments = parser.parse_args()
    emulated_aws.forget_real_accounts()
    with running(StackDirectory(ROOT / ".local"), Settings.read(os.environ), Progress()) as stack:
        measure(stack.description, arguments.calls)
    return 0


if __name__ == "__main__":
    sys.exit(main())
