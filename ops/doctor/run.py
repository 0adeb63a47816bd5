"""All checks, one after the other. One that fails itself does not keep the others from being made."""

from collections.abc import Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from ops.doctor.alarms import alarms
from ops.doctor.apns import apns
from ops.doctor.end_to_end import journey
from ops.doctor.event_source import event_source
from ops.doctor.findings import Check, Fault, Finding, Fine, Name, Note
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
    journey,
    queues,
    alarms,
)


def examine(stack: DeployedStack, checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """Findings as they come. Raises `StackUnknown` if there is no such stack."""
    stack.output("WebhookSecretArn")
    found: set[Name] = set()
    for check in checks:
        if check is journey and Name.EVENT_SOURCE_DISABLED in found:
            continue  # one more message that nobody takes would tell nothing new
        try:
            for finding in check(stack):
                if isinstance(finding, Fault):
                    found.add(finding.name)
                yield finding
        except (BotoCoreError, ClientError) as error:
            yield Fault(
                Name.NOT_EXAMINED,
                f"{check.__name__.replace('_', ' ')}: {error}",
                "your credentials must be allowed to read this, or what is asked for is gone",
            )


def report(findings: Iterator[Finding]) -> int:
    """Prints them as they come. 0 if there was no fault."""
    faults = 0
    for finding in findings:
        match finding:
            case Fine(what):
                print(f"ok     {what}", flush=True)
            case Note(what):
                print(f"note   {what}", flush=True)
            case Fault(name, what, remedy):
                faults += 1
                print(f"FAULT  {name}: {what}\n       -> {remedy}", flush=True)
    print(f"\n{faults} fault(s)." if faults else "\nNothing is wrong.")
    return 1 if faults else 0
