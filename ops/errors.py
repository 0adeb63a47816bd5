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
