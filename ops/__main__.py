"""Commands for a deployed stack: `python -m ops --help`."""

import argparse
import os
import sys
from pathlib import Path

from ops.calls import webhooks
from ops.cometchat.management_api import ManagementKey
from ops.command_line import add_stack_options, new_parser, run, uid
from ops.commands.apns_key import apns_key, repair_apns_key
from ops.commands.cometchat_webhook import cometchat_webhook
from ops.commands.dead_letters import DeadLetters, dead_letters
from ops.commands.devices import devices
from ops.commands.forget import forget
from ops.commands.logs import logs
from ops.commands.restore_devices import restore_devices
from ops.commands.smoke import smoke
from ops.commands.uninstall import uninstall
from ops.commands.webhook_secret import Change, webhook_secret
from ops.console import confirmed
from ops.doctor.report import report
from ops.doctor.run import examine
from ops.errors import InvalidSetting
from ops.stack.deployed import DeployedStack
from ops.stack.running import chosen_stack
from shared.clock import now_ms
from shared.devices import APNS_ENVIRONMENTS


def main(arguments: list[str] | None = None) -> int:
    return run(_parser(), arguments)


def _apns_key(options: argparse.Namespace) -> int:
    if options.repair:
        return repair_apns_key(_stack(options))
    if not options.team_id:
        raise InvalidSetting("which key? Its .p8 file, key id and team id are needed")
    return apns_key(_stack(options), options.p8, options.key_id, options.team_id, options.environment)


def _webhook_secret(options: argparse.Namespace) -> int:
    return webhook_secret(_stack(options), options.change, options.dir, options.hmac)


def _cometchat_webhook(options: argparse.Namespace) -> int:
    key = ManagementKey.from_environment(os.environ)
    if key is None:
        raise InvalidSetting(
            "set COMETCHAT_APP_ID, COMETCHAT_MANAGEMENT_KEY and COMETCHAT_MANAGEMENT_SECRET: CometChat gives the key "
            "and the secret of its management API on request; the app's REST key is another one"
        )
    return cometchat_webhook(_stack(options), key, options.id, (lambda _: True) if options.yes else confirmed)


def _doctor(options: argparse.Namespace) -> int:
    return report(examine(_stack(options)))


def _smoke(options: argparse.Namespace) -> int:
    return smoke(_stack(options), webhooks.new_call(options.caller, options.callee, options.type))


def _devices(options: argparse.Namespace) -> int:
    return devices(_stack(options), options.uid, now_ms, release=options.release)


def _logs(options: argparse.Namespace) -> int:
    return logs(_stack(options), now_ms, since=options.since, call=options.call, uid=options.uid, errors=options.errors)


def _dead_letters(options: argparse.Namespace) -> int:
    stack = _stack(options)
    letters = DeadLetters(stack.client("sqs"), stack.queues.dead_letters, stack.queues.calls)
    return dead_letters(letters, again=options.again.split(), purge=options.purge.split())


def _forget(options: argparse.Namespace) -> int:
    return forget(_stack(options), options.uid)


def _restore_devices(options: argparse.Namespace) -> int:
    return restore_devices(_stack(options), options.restored)


def _uninstall(options: argparse.Namespace) -> int:
    if not options.stack and not options.config:
        raise InvalidSetting("which stack? make uninstall STACK=voip-push; the one on this machine ends with Ctrl-C")
    return uninstall(_stack(options), keep_data=options.keep_data == "1")


def _stack(options: argparse.Namespace) -> DeployedStack:
    return chosen_stack(options.dir, stack=options.stack, config=options.config)


def _parser() -> argparse.ArgumentParser:
    parser = new_parser("ops", "Commands for a deployed stack, in AWS or on this machine")
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND")
    key = add_stack_options(subcommands.add_parser("apns-key", help="check Apple's .p8 key and store it"))
    key.add_argument("--repair", action="store_true", help="bring the key in the secret into the form of Apple's file")
    key.add_argument("p8", type=Path, nargs="?", help="the file as Apple gave it, AuthKey_<key id>.p8")
    key.add_argument("key_id", nargs="?")
    key.add_argument("team_id", nargs="?")
    key.add_argument("--environment", choices=("", *APNS_ENVIRONMENTS, "both"), default="", help="the key is for")
    key.set_defaults(command=_apns_key)
    secret = add_stack_options(
        subcommands.add_parser("webhook-secret", help="make, rotate or replace CometChat's credentials")
    )
    change = secret.add_mutually_exclusive_group()
    change.add_argument("--rotate", dest="change", action="store_const", const=Change.ROTATE)
    change.add_argument("--emergency", dest="change", action="store_const", const=Change.REPLACE_ALL)
    secret.add_argument(
        "--hmac",
        choices=("1", "0"),
        default="",
        help="1: also a key for a sender that signs its body; 0: no longer one (default: as it is, and none at first)",
    )
    secret.set_defaults(command=_webhook_secret, change=Change.CREATE)
    at_cometchat = add_stack_options(
        subcommands.add_parser("cometchat-webhook", help="set the webhook up at CometChat, through its management API")
    )
    at_cometchat.add_argument("--id", default="", help="of the webhook (default: made of the stack's name)")
    at_cometchat.add_argument("--yes", action="store_true", help="do not ask")
    at_cometchat.set_defaults(command=_cometchat_webhook)
    doctor = add_stack_options(subcommands.add_parser("doctor", help="find out what is wrong with a stack"))
    doctor.set_defaults(command=_doctor)
    test_call = add_stack_options(subcommands.add_parser("smoke", help="make a test call and follow it"))
    test_call.add_argument("callee", type=uid)
    test_call.add_argument("caller", type=uid)
    test_call.add_argument("--type", choices=("audio", "video"), default="video")
    test_call.set_defaults(command=_smoke)
    phones = add_stack_options(subcommands.add_parser("devices", help="list a user's phones and their history"))
    phones.add_argument("uid", type=uid)
    phones.add_argument("--release", action="store_true", help="end the quarantine of all of them")
    phones.set_defaults(command=_devices)
    story = add_stack_options(subcommands.add_parser("logs", help="print what the functions have logged, as a story"))
    story.add_argument("--since", default="15m", help="15m, 3h, 2d; default: 15m")
    story.add_argument("--call", default="", help="only of this call: its hash or correlation id")
    story.add_argument("--uid", default="", help="only of this user's phones")
    story.add_argument("--errors", action="store_true", help="only what went wrong")
    story.set_defaults(command=_logs)
    letters = add_stack_options(subcommands.add_parser("dead-letters", help="list what could not be rung, and why"))
    choice = letters.add_mutually_exclusive_group()
    choice.add_argument("--again", default="", metavar="IDS", help="send these to the calls queue again, or all")
    choice.add_argument("--purge", default="", metavar="IDS", help="delete these, or all")
    letters.set_defaults(command=_dead_letters)
    forgotten = add_stack_options(subcommands.add_parser("forget", help="erase what is kept about a user's phones"))
    forgotten.add_argument("uid", type=uid)
    forgotten.set_defaults(command=_forget)
    restore = add_stack_options(subcommands.add_parser("restore-devices", help="put lost devices back"))
    restore.add_argument("restored", help="the table that the devices table was restored to")
    restore.set_defaults(command=_restore_devices)
    removal = add_stack_options(subcommands.add_parser("uninstall", help="delete a stack in AWS; asks first"))
    removal.add_argument("--keep-data", choices=("0", "1"), default="1", help="0: devices and secrets go as well")
    removal.set_defaults(command=_uninstall)
    return parser


if __name__ == "__main__":
    sys.exit(main())
