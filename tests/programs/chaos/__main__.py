"""`make chaos`: exit code 0 only if the counts reconcile."""

import argparse
import asyncio
import os
import sys
import time

from apns_simulator import SimulatorClient
from local.settings import Settings
from local.startup.lifecycle import running
from ops.console import Progress
from ops.errors import CommandError
from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT, StackDirectory
from tests.programs.chaos import faults, kept
from tests.programs.chaos.measured import Measured
from tests.programs.chaos.plan import draw_plan
from tests.programs.chaos.pushes import Interruptions
from tests.programs.chaos.reconcile import reconcile
from tests.programs.chaos.traffic import GaveUp, Traffic
from tests.support.aws.function_logs import all_log_lines

DRAINED_WITHIN_S = 90.0
QUIET_S = 4.0
REPORT_S = 15.0


async def _run(description: StackDescription, arguments: argparse.Namespace, progress: Progress) -> bool:
    plan = draw_plan(arguments.seed, calls=arguments.calls, kills=arguments.kills, hangs=arguments.hangs)
    simulator = SimulatorClient(description.apns.control_url or "")
    simulator.reset()
    traffic = Traffic(description, plan)
    progress.say(f"registering the phones of {len(plan.devices)} users")
    await traffic.register_all()
    resets = faults.switch_on(simulator, plan)
    sequence = simulator.counters()["last_sequence"]
    killer = faults.Killer(simulator, f"{description.stack_name}-push")
    hangs = faults.Hangs()
    title = f"{len(plan.calls)} calls under faults, seed {plan.seed}"
    progress.say(title)
    begin_ms = int(time.time() * 1000)
    reporting = asyncio.create_task(_report(simulator, traffic, progress))
    await asyncio.gather(
        traffic.run(),
        killer.run(plan.kills_at, lambda: traffic.reached),
        hangs.run(plan.hangs_at, lambda: traffic.reached),
    )
    reporting.cancel()
    minutes = (time.time() * 1000 - begin_ms) / 60_000
    faults.switch_off(simulator, plan)
    progress.say("waiting until the queue is empty")
    await _drain(description)
    pushes = simulator.pushes(after=sequence)
    reset = [push for push in pushes if push["fault_id"] in resets]
    interruptions = Interruptions(killer.killed_at_ms, reset, hangs.hung_ms)
    reconciliation = reconcile(plan, description, pushes, interruptions, traffic.answers)
    Measured.of_stack(description, f"make chaos: {title}", begin_ms).write()
    hung = len(hangs.hung_ms)
    reconciliation.row("times that AWS hung", hung)
    reconciliation.row("minutes of traffic", round(minutes, 1))
    reconciliation.row("webhooks answered, by status", dict(sorted(traffic.answers.by_status.items())))
    if hung < len(plan.hangs_at):
        reconciliation.problems.append(f"AWS hung {hung} times, not {len(plan.hangs_at)}")
    if killer.missed:
        reconciliation.problems.append(f"{killer.missed} kills found no push under way")
    progress.say(f"looking for {traffic.private.size} strings in the logs of all functions")
    lines = list(all_log_lines(description))
    reconciliation.demand("secrets, tokens, bodies, names in logs", traffic.private.findings(lines))
    reconciliation.print()
    if reconciliation.problems:
        kept.keep(pushes, simulator.connections(), interruptions, lines)
        print(f"{kept.DIRECTORY.relative_to(ROOT)} has what APNs and the functions have recorded.")
    print(
        "The counts reconcile."
        if not reconciliation.problems
        else f"The counts do not reconcile. Again: make chaos SEED={plan.seed}"
    )
    return not reconciliation.problems


async def _report(simulator: SimulatorClient, traffic: Traffic, progress: Progress) -> None:
    while True:
        await asyncio.sleep(REPORT_S)
        counters = await asyncio.to_thread(simulator.counters)
        progress.say(f"  call {traffic.reached}: {counters['pushes']} pushes, {counters['accepted']} accepted")


async def _drain(description: StackDescription) -> None:
    """Until nothing has been on the queue for a while."""
    sqs = emulated_aws.client("sqs", description.aws_endpoint_url)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    deadline, quiet_since = time.monotonic() + DRAINED_WITHIN_S, time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - quiet_since < QUIET_S:
        attributes = sqs.get_queue_attributes(QueueUrl=description.queues.calls, AttributeNames=names)["Attributes"]
        if any(int(value) for value in attributes.values()):
            quiet_since = time.monotonic()
        await asyncio.sleep(0.5)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--kills", type=int, help="one for each 100 calls unless given")
    parser.add_argument("--hangs", type=int, help="one for each 200 calls unless given")
    arguments = parser.parse_args()
    arguments.kills = arguments.calls // 100 if arguments.kills is None else arguments.kills
    arguments.hangs = arguments.calls // 200 if arguments.hangs is None else arguments.hangs
    emulated_aws.forget_real_accounts()
    progress = Progress()
    try:
        with running(StackDirectory(ROOT / ".local"), Settings.read(os.environ), progress) as stack:
            return 0 if asyncio.run(_run(stack.description, arguments, progress)) else 1
    except (CommandError, GaveUp) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
