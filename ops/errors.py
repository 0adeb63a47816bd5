"""Errors of the commands; their messages are printed as they are."""


class CommandError(Exception):
    """The message says what was wrong and, where that helps, what to do. Commands print it and exit with 1."""


class InvalidSetting(CommandError):
    """A setting, an option or a file that the user gave can't be used."""


class AlreadyRunning(CommandError):
    """Another process uses the stack's directory."""


class NotRunning(CommandError):
    """No stack is running."""


class StepFailed(CommandError):
    """A program that we started failed; `output` is what it printed."""

    def __init__(self, step: str, output: str) -> None:
        super().__init__(f"{step}\n{output}" if output else step)


class InvalidStackDescription(CommandError):
    """The file was not written by this version."""


class StackUnknown(CommandError):
    """There is no such stack, it is not a stack of this application, or AWS does not answer."""


class DeletionScheduled(CommandError):
    """Nobody can read the secret; for 30 days it can be restored."""

    def __init__(self, secret_id: str) -> None:
        super().__init__(
            f"{secret_id} is scheduled for deletion: aws secretsmanager restore-secret --secret-id {secret_id}"
        )
        self.secret_id = secret_id


class NoWebhookCredentials(CommandError):
    """The secret is empty or unusable."""


class ManagementApiFailed(CommandError):
    """CometChat's management API refuses, or does not do what is asked of it."""


class NotSetUp(CommandError):
    """CometChat has not got, or not taken, what the webhook needs."""


class NotChanged(CommandError):
    """The change asked for does not fit what the secret holds."""


class NotInForce(CommandError):
    """The secret was changed, but the webhook does not use it."""


class NoSuchDeadLetter(CommandError):
    """An id that is not on the queue."""
