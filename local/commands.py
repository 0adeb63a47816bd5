"""What the commands do with a running stack. Each returns the exit code."""

import json
import time
from collections.abc import Sequence

from local import cometchat, phone, timeline
from local.call import Observer
from local.cometchat import Call, Shape
from local.console import block
from local.contract import Contract
from local.dead_letters import DeadLetters
from local.phone import Environment, Phone
from shared.device_tokens import device_hash


def register(contract: Contract, uid: str, token: str | None, environment: Environment | None) -> int:
    registered = phone.register(contract, Phone(uid, token or phone.new_device_token(), environment))
    print(json.dumps(registered, indent=2))
    return 0


def ring(contract: Contract, call: Call, shape: Shape) -> int:
    """0 if a phone rang."""
    observer = Observer(contract)
    followed = observer.follow(cometchat.post(contract, cometchat.webhook(shape, call, contract.webhook)))
    print(f"{call.caller} calls {call.callee}:")
    block(timeline.timeline(followed), "")
    stuck = timeline.problem(followed, sorted(followed.rung))
    if stuck:
        print(f"\nNo phone rang: {stuck}")
    return 1 if stuck else 0


def demo(contract: Contract) -> int:
    """The brief's example, for two phones that the callee has just got. 0 if both rang."""
    phones = [Phone("bob", phone.new_device_token(), environment) for environment in ("production", "sandbox")]
    devices = [device_hash(each.token) for each in phones]
    for each, device in zip(phones, devices, strict=True):
        phone.register(contract, each)
        print(f"bob's phone {device} ({each.environment}) is registered")
    try:
        observer = Observer(contract)
        followed = observer.follow(cometchat.post(contract, cometchat.example_of_the_brief(contract.webhook)))
    finally:
        for each in phones:
            phone.unregister(contract, each)
    print("\nThe webhook of the brief, alice calls bob:\n")
    block(timeline.timeline(followed), "")
    pushes = [push for push in followed.pushes if push["device_token"] in {each.token for each in phones}]
    if pushes:
        print("\nWhat Apple received:\n")
        block(timeline.pushes_as_received(pushes))
    elif contract.apns.control_url is None:
        print(f"\nWhat {contract.apns.url} has received can't be shown: it is not our simulator.")
    stuck = timeline.problem(followed, devices)
    print(f"\nNot both phones rang: {stuck}" if stuck else "\nBoth phones rang.")
    return 1 if stuck else 0


def dead_letters(letters: DeadLetters, *, again: Sequence[str], purge: Sequence[str]) -> int:
    """Lists them, or sends the chosen ones to the calls queue again, or deletes them."""
    try:
        chosen = letters.chosen(again or purge)
        now_ms = time.time_ns() // 1_000_000
        for letter in chosen if again or purge else letters.all:
            print(letter.line(now_ms))
        for letter in chosen:
            letters.send_again(letter) if again else letters.delete(letter)
        if again or purge:
            print(f"{len(chosen)} {'sent to the calls queue again' if again else 'deleted'}")
        elif not letters.all:
            print("the dead-letter queue is empty")
    finally:
        letters.release()
    return 0
