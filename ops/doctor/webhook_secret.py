"""The webhook secret: is there something that CometChat can present?"""

from collections.abc import Iterator

from ops.doctor.findings import Finding, Ok, Problem, ProblemCode
from ops.errors import DeletionScheduled, NoWebhookCredentials
from ops.stack.deployed import DeployedStack
from ops.stack.secrets import read_secret, read_webhook_credentials


def webhook_secret(stack: DeployedStack) -> Iterator[Finding]:
    try:
        is_filled = bool(read_secret(stack, "WebhookSecretArn"))
    except DeletionScheduled as error:
        yield deletion_scheduled(error, "webhook", "every call is refused with 503 within five minutes")
        return
    if not is_filled:
        yield Problem(
            ProblemCode.NO_WEBHOOK_CREDENTIALS,
            "the webhook secret is empty: every call is refused with 503",
            "make webhook-secret, then put the credentials that it shows into the CometChat dashboard",
        )
        return
    try:
        credentials = read_webhook_credentials(stack)
    except NoWebhookCredentials as error:
        yield Problem(
            ProblemCode.BAD_WEBHOOK_CREDENTIALS,
            f"every call is refused with 503: {error}",
            "make webhook-secret ROTATE=1, then put the credentials that it shows into the CometChat dashboard",
        )
        return
    kinds = ["a username and password"] * bool(credentials.username) + ["an HMAC key"] * bool(credentials.hmac_secret)
    yield Ok(f"the webhook secret has {' and '.join(kinds)}")


def deletion_scheduled(error: DeletionScheduled, about: str, consequence: str) -> Problem:
    return Problem(
        ProblemCode.DELETION_SCHEDULED,
        f"the secret {about} is scheduled for deletion: {consequence}",
        f"aws secretsmanager restore-secret --secret-id {error.secret_id}",
        about=about,
    )
