"""What the command lines of `ops` and `local` have in common."""

import argparse
import re
import signal
import sys
from pathlib import Path

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from ops.errors import CommandError
from ops.stack import emulated_aws
from ops.stack.directory import ROOT, StackDirectory


def new_parser(program: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument(
        "--dir",
        type=lambda text: StackDirectory(Path(text).resolve()),
        default=StackDirectory(ROOT / ".local"),
        help="where the local stack keeps its files (default: .local)",
    )
    parser.set_defaults(stack="", config="", ends_with_ctrl_c=False)
    return parser


def add_stack_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--stack", default="", help="name of a stack in AWS (default: the one on this machine)")
    parser.add_argument("--config", default="", help="an environment in samconfig.toml, for the stack in AWS it names")
    return parser


def uid(text: str) -> str:
    """A CometChat uid, for argparse."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a CometChat uid: 1 to 100 letters, digits, hyphens and underscores"
        )
    return text


def run(parser: argparse.ArgumentParser, arguments: list[str] | None) -> int:
    """Runs the subcommand. Returns 0 when it worked and 1 when it did not; exits with 2 for a wrong command line."""
    options = parser.parse_args(arguments)
    if not options.stack and not options.config:
        emulated_aws.forget_real_accounts()
    # Ctrl-C, kill and a closed terminal end it the same way. A shell starts background jobs with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        code: int = options.command(options)
        return code
    except (CommandError, httpx.TransportError, BotoCoreError, ClientError) as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if options.ends_with_ctrl_c else 130


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
