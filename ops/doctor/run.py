"""Makes all checks. One that fails does not keep the others from being made."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from botocore.exceptions import BotoCoreError, ClientError

from ops.doctor.account import account
from ops.doctor.alarms import alarms
from ops.doctor.apns import apns
from ops.doctor.cometchat import cometchat
from ops.doctor.cometchat_webhook import cometchat_webhook
from ops.doctor.end_to_end import end_to_end
from ops.doctor.event_source import event_source
from ops.doctor.findings import Check, Finding, Problem, ProblemCode
from ops.doctor.functions import functions
from ops.doctor.jwks import jwks
from ops.doctor.queue_policies import queue_policies
from ops.doctor.queues import queues
from ops.doctor.roles import roles
from ops.doctor.tables import tables
from ops.doctor.version import version
from ops.doctor.webhook_secret import webhook_secret
from ops.stack.deployed import DeployedStack

CHECKS: Sequence[Check] = (
    version,
    functions,
    account,
    tables,
    webhook_secret,
    apns,
    jwks,
    event_source,
    roles,
    queue_policies,
    cometchat_webhook,
    cometchat,
    queues,
    alarms,
)
_AT_ONCE = 6
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AccessDeniedFault")
_MISSING = ("NotFound", "NoSuchEntity", "NonExistent", "DoesNotExist")


def examine(stack: DeployedStack, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Raises `StackUnknown` if there is no such stack."""
    stack.output("WebhookSecretArn")
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = list(chain.from_iterable(threads.map(lambda check: list(_made(check, stack)), checks)))
    if checks is CHECKS and not _nobody_takes_calls(found):
        found += _made(end_to_end, stack)
    return found


def _nobody_takes_calls(found: Sequence[Finding]) -> bool:
    """Then one more message on the queue would tell nothing new."""
    codes = (ProblemCode.EVENT_SOURCE_DISABLED, ProblemCode.QUEUE_GONE)
    return any(isinstance(each, Problem) and each.code in codes for each in found)


def _made(check: Check, stack: DeployedStack) -> Iterator[Finding]:
    try:
        yield from check(stack)
    except ClientError as error:
        yield _not_examined(check.__name__.replace("_", " "), error)
    except BotoCoreError as error:
        yield Problem(
            ProblemCode.NOT_EXAMINED,
            f"{check.__name__.replace('_', ' ')}: {error}",
            "AWS did not answer: check your network and your region, then make doctor again",
        )


def _not_examined(what: str, error: ClientError) -> Problem:
    code = error.response["Error"].get("Code", "")
    if code in _DENIED:
        return Problem(
            ProblemCode.NOT_ALLOWED,
            f"{what}: your credentials may not call {error.operation_name}: {error}",
            "run make doctor with a role that may read what the runbook lists",
        )
    if any(part in code for part in _MISSING):
        return Problem(ProblemCode.GONE, f"{what}: {error}", "somebody has deleted it: make deploy")
    return Problem(ProblemCode.NOT_EXAMINED, f"{what}: {error}", "make doctor again; AWS Health if it stays")
