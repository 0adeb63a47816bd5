"""The local stack's command line: `python -m local --help`."""

import argparse
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
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
        return 0 if options.command in (_up, _sam_local) else 130


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
    call = cometchat.new_call(options.caller, options.callee, options.type)
    return commands.ring(_contract(options.dir), call, options.shape)


def _sam_local(options: argparse.Namespace) -> int:
    from local import docker_engine, sam, sam_local, stack

    docker_engine.find(sam.host_architecture())  # before anybody waits for a stack
    progress = Progress()
    with ExitStack() as cleanup:
        contract = _running_contract(options.dir)
        watch: Callable[[], None] = partial(_wait_for_the_end_of, options.dir)
        if contract is None:
            running = cleanup.enter_context(stack.running(options.dir, Settings.read(os.environ), progress))
            contract, watch = running.contract, running.watch
        with progress.step("building functions and layers for containers"):
            cleanup.enter_context(sam_local.ready(options.dir, contract))
        _explain_sam_local(options.dir.sam_config)
        watch()
    return 0


def _sam_invoke(options: argparse.Namespace) -> int:
    from local import sam_local

    return sam_local.invoke(options.dir, options.event)


def _wait_for_the_end_of(directory: StackDirectory) -> None:
    while _running_contract(directory):
        time.sleep(1)
    raise NotRunning("the stack has ended")


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


def _explain_sam_local(config_file: Path) -> None:
    sam = f"{os.path.relpath(Path(sys.executable).parent)}/sam local"
    config = f"--config-file {config_file}"
    print()
    block(
        "In another terminal, each in a container of its own:\n"
        "  make events                                        the calls in events/ are of now, and ring for 45 s\n"
        f"  {sam} invoke TokensFunction -e events/tokens-register.json {config}\n"
        f"  {sam} invoke PushFunction -e events/push-call-ringing.json {config}\n"
        f"  {sam} invoke WebhookFunction -e events/webhook-call-initiated-brief.json {config}\n"
        f"  {sam} invoke AuthorizerFunction -e events/authorizer-valid.json {config}\n"
        "\n"
        "The same with an event that is made this moment, whichever of events/:\n"
        "  make sam-invoke EVENT=push-call-ringing\n"
        "\n"
        "The webhook and the tokens API over HTTP:\n"
        f"  {sam} start-api {config}\n"
        "  curl -i -u cometchat:development0only --data-binary @local/samples/call_initiated_brief.json \\\n"
        "    http://127.0.0.1:3000/webhooks/call\n"
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
    sam_local = subcommands.add_parser(
        "sam-local", help="what sam local needs, beside the running stack or one of its own"
    )
    sam_local.set_defaults(command=_sam_local)
    sam_invoke = subcommands.add_parser("sam-invoke", help="sam local invoke with an event of this moment")
    sam_invoke.add_argument("event", help="one of events/, without .json")
    sam_invoke.set_defaults(command=_sam_invoke)
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
