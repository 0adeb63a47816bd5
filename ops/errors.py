"""What can go wrong, as a person at the command line should read it."""


class LocalError(Exception):
    """The message says what was wrong and, where that helps, what to do."""


class InvalidSetting(LocalError):
    """A setting, an option or a file that the user gave."""


class AlreadyRunning(LocalError):
    """Somebody else has the stack's directory."""


class NotRunning(LocalError):
    """There is no stack to talk to."""


class StepFailed(LocalError):
    """Something that we started did not do its work; `output` is what it said."""

    def __init__(self, step: str, output: str) -> None:
        super().__init__(f"{step}\n{output}" if output else step)
