"""The local stack's command line: `python -m local --help`."""

import argparse
import os
import re
import signal
import sys
from pathlib import Path

import httpx

from local import aws, cometchat, commands, lock, stack_in_aws
from local.console import Progress, block
from local.contract import Contract
from local.dead_letters import DeadLetters
from local.errors import LocalError, NotRunning
from local.paths import ROOT, StackDirectory
from local.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """0 when it worked, 1 when it did not, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    if not options.in_aws:
        aws.forget_real_accounts()
    # The same way out for Ctrl-C, kill and a closed terminal. A shell's background jobs start with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        code: int = options.command(options)
        return code
    except (LocalError, httpx.TransportError) as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if options.command is _up else 130


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _up(options: argparse.Namespace) -> int:
    from local import stack  # brings in SAM, which takes half a second

    with stack.running(options.dir, Settings.read(os.environ), Progress()) as running:
        _explain(running.contract, options.dir)
        running.watch()
    return 0


def _demo(options: argparse.Namespace) -> int:
    if contract := _running_contract(options.dir):
        return commands.demo(contract)
    from local import stack

    with stack.running(options.dir, Settings.read(os.environ), Progress()) as running:
        return commands.demo(running.contract)


def _register(options: argparse.Namespace) -> int:
    return commands.register(_contract(options.dir), options.uid, options.token or None, options.environment or None)


def _ring(options: argparse.Namespace) -> int:
    call = cometchat.new_call(options.caller, options.callee, options.type, shape=options.shape)
    return commands.ring(_contract(options.dir), call, options.shape)


def _dead_letters(options: argparse.Namespace) -> int:
    if options.in_aws:
        letters = stack_in_aws.dead_letters(options.in_aws)
    else:
        contract = _contract(options.dir)
        sqs = aws.client("sqs", contract.aws_endpoint_url)
        letters = DeadLetters(sqs, contract.queues.dead_letters, contract.queues.calls)
    return commands.dead_letters(letters, again=options.again.split(), purge=options.purge.split())


def _contract(directory: StackDirectory) -> Contract:
    contract = _running_contract(directory)
    if contract is None:
        raise NotRunning("no stack is running: start one with make local, in another terminal")
    return contract


def _running_contract(directory: StackDirectory) -> Contract | None:
    """None also while a stack is starting: only a ready one has a contract."""
    if not lock.is_held(directory) or not directory.contract.exists():
        return None
    return Contract.read(directory.contract)


def _explain(contract: Contract, directory: StackDirectory) -> None:
    credentials = f"{contract.webhook.username}:{contract.webhook.password}"
    print()
    block(
        f"See it ring: {contract.page_url}\n"
        "\n"
        f"webhook  {contract.webhook_url}\n"
        f"tokens   {contract.tokens_url}\n"
        f"rest     {os.path.relpath(directory.contract)} (addresses, credentials, keys), logs beside it\n"
        "\n"
        "In another terminal:\n"
        "  make demo                      one call to two phones, from beginning to end\n"
        "  make register FOR=bob          bob gets a phone\n"
        "  make ring TO=bob FROM=alice    alice calls bob\n"
        "\n"
        "The same as CometChat would do it:\n"
        f"  curl -i -u {credentials} -H 'Content-Type: application/json' \\\n"
        f"    --data-binary @local/samples/call_initiated_brief.json \\\n"
        f"    {contract.webhook_url}\n"
        "\n"
        "Ctrl-C stops everything."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="The service on this machine")
    parser.add_argument(
        "--dir",
        type=lambda text: StackDirectory(Path(text).resolve()),
        default=StackDirectory(ROOT / ".local"),
        help="where the stack keeps its files (default: .local)",
    )
    parser.set_defaults(in_aws="")
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = subcommands.add_parser("up", help="start a stack and keep it until Ctrl-C")
    up.set_defaults(command=_up)
    demo = subcommands.add_parser("demo", help="one call to two phones, through the running stack or one of its own")
    demo.set_defaults(command=_demo)
    register = subcommands.add_parser("register", help="register a device token")
    register.add_argument("uid", type=_uid, help="whose phone it is")
    register.add_argument("--token", default="", help="hex; else a random one")
    register.add_argument("--environment", choices=("", "production", "sandbox"), default="")
    register.set_defaults(command=_register)
    ring = subcommands.add_parser("ring", help="call somebody, and follow the call")
    ring.add_argument("callee", type=_uid)
    ring.add_argument("caller", type=_uid)
    ring.add_argument("--type", choices=("audio", "video"), default="video")
    ring.add_argument("--shape", choices=("brief", "documented", "custom"), default="brief", help="of the webhook")
    ring.set_defaults(command=_ring)
    dead_letters = subcommands.add_parser("dead-letters", help="what could not be rung, and why")
    dead_letters.add_argument("--stack", dest="in_aws", default="", help="of a stack in AWS; else of the one here")
    choice = dead_letters.add_mutually_exclusive_group()
    choice.add_argument("--again", default="", metavar="IDS", help="send these to the calls queue again, or all")
    choice.add_argument("--purge", default="", metavar="IDS", help="delete these, or all")
    dead_letters.set_defaults(command=_dead_letters)
    return parser


def _uid(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", text):
        raise argparse.ArgumentTypeError(
            f"a CometChat uid has 1 to 100 letters, digits, - and _, which {text!r} has not"
        )
    return text


if __name__ == "__main__":
    sys.exit(main())
