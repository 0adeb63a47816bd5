"""Which stack a command of the Makefile is about."""

import subprocess

import pytest

from ops.stack.directory import ROOT

COMMANDS = {
    "apns-key": ["P8=AuthKey_ABC123DEFG.p8", "KEY_ID=ABC123DEFG", "TEAM_ID=TEAM123456"],
    "webhook-secret": [],
    "cometchat-webhook": [],
    "doctor": [],
    "smoke": ["TO=bob"],
    "dead-letters": [],
    "forget": ["FOR=bob"],
    "restore-devices": ["RESTORED=table"],
}


def command_line(*arguments: str, **environment: str) -> str:
    """Of the last command that make would run."""
    made = subprocess.run(
        ["make", "-n", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.splitlines()[-1]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_about_the_stack_that_is_named_or_else_the_one_here(command: str) -> None:
    arguments = [command, *COMMANDS[command]]

    # An environment variable of this name may mean something else, and must not lead to production.
    here = command_line(*arguments, CONFIG="prod", STACK="production")
    assert "--stack" not in here
    assert "--config" not in here
    assert '--stack "calls"' in command_line(*arguments, "STACK=calls")
    assert '--config "prod"' in command_line(*arguments, "CONFIG=prod")


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["ROTATE=1"], "--rotate"),
        (["EMERGENCY=1"], "--emergency"),
        (["HMAC=1"], '--hmac "1"'),
        ([], "webhook-secret "),
    ],
)
def test_how_credentials_are_changed(arguments: list[str], option: str) -> None:
    line = command_line("webhook-secret", *arguments)

    assert option in line
    assert line.count("--") == len(arguments)
