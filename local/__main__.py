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
from botocore.exceptions import BotoCoreError, ClientError

from local import aws, cometchat, commands, lock, samconfig
from local.apns_key_command import apns_key
from local.console import Progress, block
from local.contract import Contract
from local.dead_letters import DeadLetters
from local.deployed_stack import DeployedStack
from local.doctor.examination import examine, report
from local.errors import LocalError, NotRunning
from local.paths import ROOT, StackDirectory
from local.restore_devices import restore_devices
from local.settings import Settings
from local.smoke import smoke
from local.webhook_secret_command import Change, webhook_secret


def main(arguments: list[str] | None = None) -> int:
    """0 when it worked, 1 when it did not, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    if not options.stack and not options.config:
        aws.forget_real_accounts()
    # The same way out for Ctrl-C, kill and a closed terminal. A shell's background jobs start with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        code: int = options.command(options)
        return code
    except (LocalError, httpx.TransportError, BotoCoreError, ClientError) as error:
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
    call = cometchat.new_call(options.caller, options.callee, options.type, shape=options.shape)
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
    stack = _stack(options)
    letters = DeadLetters(stack.client("sqs"), stack.queues.dead_letters, stack.queues.calls)
    return commands.dead_letters(letters, again=options.again.split(), purge=options.purge.split())


def _apns_key(options: argparse.Namespace) -> int:
    return apns_key(_stack(options), options.p8, options.key_id, options.team_id, options.environment)


def _webhook_secret(options: argparse.Namespace) -> int:
    return webhook_secret(_stack(options), options.change, options.dir)


def _smoke(options: argparse.Namespace) -> int:
    return smoke(_stack(options), cometchat.new_call(options.caller, options.callee, options.type))


def _doctor(options: argparse.Namespace) -> int:
    return report(examine(_stack(options)))


def _restore_devices(options: argparse.Namespace) -> int:
    return restore_devices(_stack(options), options.restored)


def _stack(options: argparse.Namespace) -> DeployedStack:
    """The one in AWS that was named, else the one that runs on this machine."""
    if options.stack:
        return DeployedStack.in_aws(options.stack)
    if options.config:
        environment = samconfig.environment((ROOT / "samconfig.toml").read_text(), options.config)
        return DeployedStack.in_aws(environment.stack_name, environment.region)
    return DeployedStack.on_this_machine(_contract(options.dir))


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
    parser.set_defaults(stack="", config="")
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
    dead_letters = _of_any_stack(subcommands.add_parser("dead-letters", help="what could not be rung, and why"))
    choice = dead_letters.add_mutually_exclusive_group()
    choice.add_argument("--again", default="", metavar="IDS", help="send these to the calls queue again, or all")
    choice.add_argument("--purge", default="", metavar="IDS", help="delete these, or all")
    dead_letters.set_defaults(command=_dead_letters)
    _add_set_up(subcommands)
    return parser


def _add_set_up(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    key = _of_any_stack(subcommands.add_parser("apns-key", help="check Apple's .p8 key and put it into its secret"))
    key.add_argument("p8", type=Path, help="the file as Apple gave it, AuthKey_<key id>.p8")
    key.add_argument("key_id")
    key.add_argument("team_id")
    key.add_argument("--environment", choices=("", "production", "sandbox", "both"), default="", help="the key is for")
    key.set_defaults(command=_apns_key)
    secret = _of_any_stack(subcommands.add_parser("webhook-secret", help="make CometChat's credentials, or new ones"))
    change = secret.add_mutually_exclusive_group()
    change.add_argument("--rotate", dest="change", action="store_const", const=Change.ROTATE)
    change.add_argument("--emergency", dest="change", action="store_const", const=Change.REPLACE_ALL)
    secret.set_defaults(command=_webhook_secret, change=Change.CREATE)
    test_call = _of_any_stack(subcommands.add_parser("smoke", help="call somebody for a test, and follow the call"))
    test_call.add_argument("callee", type=_uid)
    test_call.add_argument("caller", type=_uid)
    test_call.add_argument("--type", choices=("audio", "video"), default="video")
    test_call.set_defaults(command=_smoke)
    doctor = _of_any_stack(subcommands.add_parser("doctor", help="what is wrong with a stack"))
    doctor.set_defaults(command=_doctor)
    restore = _of_any_stack(subcommands.add_parser("restore-devices", help="put back devices that were lost"))
    restore.add_argument("restored", help="the table that the devices table was restored to")
    restore.set_defaults(command=_restore_devices)


def _of_any_stack(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--stack", default="", help="of a stack in AWS; else of the one here")
    parser.add_argument("--config", default="", help="of the stack in AWS that samconfig.toml has for this environment")
    return parser


def _uid(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", text):
        raise argparse.ArgumentTypeError(
            f"a CometChat uid has 1 to 100 letters, digits, - and _, which {text!r} has not"
        )
    return text


if __name__ == "__main__":
    sys.exit(main())
