"""All checks, one after the other. One that fails itself does not keep the others from being made."""

from collections.abc import Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from ops.doctor.alarms import alarms
from ops.doctor.apns import apns
from ops.doctor.end_to_end import end_to_end
from ops.doctor.event_source import event_source
from ops.doctor.findings import Check, Finding, Note, Ok, Problem, ProblemCode
from ops.doctor.functions import functions
from ops.doctor.jwks import jwks
from ops.doctor.queue_policies import queue_policies
from ops.doctor.queues import queues
from ops.doctor.webhook_secret import webhook_secret
from ops.stack.deployed import DeployedStack

CHECKS: Sequence[Check] = (
    functions,
    webhook_secret,
    apns,
    jwks,
    event_source,
    queue_policies,
    end_to_end,
    queues,
    alarms,
)


def examine(stack: DeployedStack, checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """Findings as they come. Raises `StackUnknown` if there is no such stack."""
    stack.output("WebhookSecretArn")
    found: set[ProblemCode] = set()
    for check in checks:
        if check is end_to_end and ProblemCode.EVENT_SOURCE_DISABLED in found:
            continue  # one more message that nobody takes would tell nothing new
        try:
            for finding in check(stack):
                if isinstance(finding, Problem):
                    found.add(finding.code)
                yield finding
        except (BotoCoreError, ClientError) as error:
            yield Problem(
                ProblemCode.NOT_EXAMINED,
                f"{check.__name__.replace('_', ' ')}: {error}",
                "your credentials must be allowed to read this, or what is asked for is gone",
            )


def report(findings: Iterator[Finding]) -> int:
    """Prints them as they come. 0 if there was no fault."""
    problems = 0
    for finding in findings:
        match finding:
            case Ok(what):
                print(f"ok     {what}", flush=True)
            case Note(what):
                print(f"note   {what}", flush=True)
            case Problem(code, what, remedy):
                problems += 1
                print(f"FAULT  {code}: {what}\n       -> {remedy}", flush=True)
    print(f"\n{problems} fault(s)." if problems else "\nNothing is wrong.")
    return 1 if problems else 0
