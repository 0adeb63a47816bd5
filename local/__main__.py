"""A stack on this machine: `python -m local --help`."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from local import commands
from local.settings import Settings
from ops.calls import webhooks
from ops.command_line import new_parser, run, uid
from ops.console import Progress, block
from ops.errors import NotRunning
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory
from ops.stack.running import find_running_stack, running_stack
from push.payload_fields import PAYLOAD_PROFILES
from shared.devices import APNS_ENVIRONMENTS


def main(arguments: list[str] | None = None) -> int:
    return run(_parser(), arguments)


def _up(options: argparse.Namespace) -> int:
    from local.startup import lifecycle

    with lifecycle.running(options.dir, Settings.read(os.environ), Progress()) as running:
        _explain(running.description, options.dir)
        running.watch()
    return 0


def _demo(options: argparse.Namespace) -> int:
    if description := find_running_stack(options.dir):
        return commands.demo(description)
    from local.startup import lifecycle

    with lifecycle.running(options.dir, Settings.read(os.environ), Progress()) as running:
        return commands.demo(running.description)


def _register(options: argparse.Namespace) -> int:
    return commands.register(
        running_stack(options.dir), options.uid, options.token or None, options.environment or None
    )


def _ring(options: argparse.Namespace) -> int:
    call = webhooks.new_call(options.caller, options.callee, options.type, shape=options.shape)
    profiles = PAYLOAD_PROFILES if options.profile == "all" else tuple(filter(None, [options.profile]))
    return commands.ring(running_stack(options.dir), call, options.shape, profiles)


def _sam_local(options: argparse.Namespace) -> int:
    from local.sam_local import docker_engine, session
    from local.startup import lifecycle, sam

    docker_engine.find(sam.host_architecture())  # before anybody waits for a stack
    progress = Progress()
    with ExitStack() as cleanup:
        description = find_running_stack(options.dir)
        watch: Callable[[], None] = partial(_wait_for_the_end_of, options.dir)
        if description is None:
            running = cleanup.enter_context(lifecycle.running(options.dir, Settings.read(os.environ), progress))
            description, watch = running.description, running.watch
        with progress.step("building functions and layers for containers"):
            cleanup.enter_context(session.ready(options.dir, description))
        _explain_sam_local(options.dir.sam_config)
        watch()
    return 0


def _sam_invoke(options: argparse.Namespace) -> int:
    from local.sam_local import session

    return session.invoke(options.dir, options.event)


def _wait_for_the_end_of(directory: StackDirectory) -> None:
    while find_running_stack(directory):
        time.sleep(1)
    raise NotRunning("the stack has ended")


def _explain(description: StackDescription, directory: StackDirectory) -> None:
    credentials = f"{description.webhook.username}:{description.webhook.password}"
    print()
    block(
        f"See it ring: {description.page_url}\n"
        "\n"
        f"webhook  {description.webhook_url}\n"
        f"tokens   {description.tokens_url}\n"
        f"calls    {description.calls_url}\n"
        f"rest     {os.path.relpath(directory.description)} (addresses, credentials, keys), logs beside it\n"
        "\n"
        "In another terminal:\n"
        "  make demo                      one call to two phones, from beginning to end\n"
        "  make register FOR=bob          bob gets a phone\n"
        "  make ring TO=bob FROM=alice    alice calls bob\n"
        "\n"
        "The same as CometChat would do it:\n"
        f"  curl -i -u {credentials} -H 'Content-Type: application/json' \\\n"
        f"    --data-binary @ops/calls/call_initiated.json \\\n"
        f"    {description.webhook_url}\n"
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
        f"  {sam} invoke WebhookFunction -e events/webhook-call-initiated-signed.json {config}\n"
        f"  {sam} invoke AuthorizerFunction -e events/authorizer-valid.json {config}\n"
        "\n"
        "The same with an event that is made this moment, whichever of events/:\n"
        "  make sam-invoke EVENT=push-call-ringing\n"
        "\n"
        "The webhook and the tokens API over HTTP:\n"
        f"  {sam} start-api {config}\n"
        "  curl -i -u cometchat:development0only --data-binary @ops/calls/call_initiated.json \\\n"
        "    http://127.0.0.1:3000/webhooks/call\n"
        "\n"
        "Ctrl-C stops everything."
    )


def _parser() -> argparse.ArgumentParser:
    parser = new_parser("local", "A stack on this machine")
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = subcommands.add_parser("up", help="start a stack and keep it until Ctrl-C")
    up.set_defaults(command=_up, ends_with_ctrl_c=True)
    demo = subcommands.add_parser("demo", help="one call to two phones, through the running stack or one of its own")
    demo.set_defaults(command=_demo)
    register = subcommands.add_parser("register", help="register a device token")
    register.add_argument("uid", type=uid, help="whose phone it is")
    register.add_argument("--token", default="", help="hex; a random one if left out")
    register.add_argument("--environment", choices=("", *APNS_ENVIRONMENTS), default="")
    register.set_defaults(command=_register)
    ring = subcommands.add_parser("ring", help="call somebody, and follow the call")
    ring.add_argument("callee", type=uid)
    ring.add_argument("caller", type=uid)
    ring.add_argument("--type", choices=("audio", "video"), default="video")
    ring.add_argument("--shape", choices=("signed", "documented", "custom"), default="signed", help="of the webhook")
    ring.add_argument(
        "--profile", choices=("", "all", *PAYLOAD_PROFILES), default="", help="show the payload in this form"
    )
    ring.set_defaults(command=_ring)
    sam_local = subcommands.add_parser(
        "sam-local", help="prepare sam local, beside the running stack or one of its own"
    )
    sam_local.set_defaults(command=_sam_local, ends_with_ctrl_c=True)
    sam_invoke = subcommands.add_parser("sam-invoke", help="sam local invoke with an event made this moment")
    sam_invoke.add_argument("event", help="one of events/, without .json")
    sam_invoke.set_defaults(command=_sam_invoke)
    return parser


if __name__ == "__main__":
    sys.exit(main())
