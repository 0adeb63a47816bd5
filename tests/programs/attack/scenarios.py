"""Attacks of more than one step, each with what is documented of it."""

import json
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jwt

from local.phones.credentials import sign_jwt
from ops.calls import webhooks
from ops.calls.tracker import CallTracker
from ops.calls.webhooks import Webhook
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.secrets import write_secret
from shared.device_tokens import device_hash
from tests.programs.attack import calls_requests
from tests.programs.attack.run import PEOPLE, Attack
from tests.programs.attack.webhooks import SIGNATURE, post
from tests.programs.attack.webhooks import basic as basic_of
from tests.programs.attack.webhooks import signature as signature_of
from tests.programs.attack.wire import RawResponse, Request, send

SWITCHED_WITHIN_S = 60
HARMLESS = b'{"trigger": "meeting_started", "data": {}}'
# API Gateway keeps the authorizer's answer for so long, and the authorizer itself is lenient by so much.
CACHED_S = 60
LEEWAY_S = 10


def replay_at_once(attack: Attack) -> None:
    """A captured request rings once, however often it is sent: the calls table knows the call."""
    group = "replay"
    sent = _call(attack, "at once", sent_at_ms=int(time.time() * 1000))
    first = _deliver(attack.description, sent)
    attack.row(group, "the call itself", "rung, 1 push", _end(attack, first))
    before = attack.state_reader.state()
    for again in ("once more", "and again"):
        attack.row(group, f"sent {again}", "duplicate, 0 pushes", _end(attack, _deliver(attack.description, sent)))
    attack.changes(group, before)


def replay_after_the_ring_time(attack: Attack) -> None:
    """Nothing need be known of the call: it is too old."""
    before = attack.state_reader.state()
    sent = _call(attack, "a minute ago", sent_at_ms=int((time.time() - 60) * 1000))
    attack.row("replay", "after the ring time", "stale, 0 pushes", _end(attack, _deliver(attack.description, sent)))
    attack.changes("replay", before)


def calls_of_others(attack: Attack) -> None:
    """Only the callee is told. To others, the caller included, the answer is that of a call that never was."""
    group, target = "calls of others", attack.target
    sent = _call(attack, "that rings the victim", sent_at_ms=int(time.time() * 1000))
    tracked = CallTracker(DeployedStack.on_this_machine(attack.description)).wait(
        webhooks.post(attack.description, sent)
    )
    attack.row(group, "the victim's phone", "rung", "rung" if tracked.rung else "not rung")
    rung_uuid = tracked.pushes[0]["payload"]["uuid"]
    before = attack.state_reader.state()
    never = _asked(attack, target.attacker_uid, str(uuid.uuid4()))
    attack.row(group, "a call that never was", "404", str(never.status))
    for who, uid in (("the caller", target.attacker_uid), ("a stranger", f"stranger-{secrets.token_hex(4)}")):
        answer = _asked(attack, uid, rung_uuid)
        attack.row(group, f"asked by {who}", _told(never), _told(answer))
    victims = _asked(attack, target.victim.uid, rung_uuid)
    attack.row(group, "asked by the victim", "200 ringing", f"{victims.status} {victims.json.get('state')}")
    attack.row(group, "may be cached", "no-store", victims.headers.get("cache-control", ""))
    attack.changes(group, before)


def _asked(attack: Attack, uid: str, uuid: str) -> RawResponse:
    request = calls_requests.ask(uid, uuid, attack.target)
    attack.keep_secret("a question about a call", request)
    return send(attack.description.calls_url, request)


def _told(answer: RawResponse) -> str:
    """All that an answer tells, but for what differs from one request to the next."""
    headers = {name: value for name, value in answer.headers.items() if name in ("content-type", "cache-control")}
    return f"{answer.status} {answer.body.decode()} {json.dumps(headers, sort_keys=True)}"


def kinds_of_credentials(attack: Attack) -> None:
    """One that the secret does not configure is ignored; one that it does, presented and wrong, refuses."""
    webhook = attack.description.webhook
    ours = {"hmac_secret": webhook.hmac_secret}
    with _secret(attack, ours, lambda: _post(attack, basic="right") == "401"):
        _kinds(attack, "only an HMAC key configured", "signature", "basic")
    ours = {"username": webhook.username, "password": webhook.password}
    with _secret(attack, ours, lambda: _post(attack, signature="right") == "401"):
        _kinds(attack, "only Basic configured", "basic", "signature")


def expired_token_in_the_cache(attack: Attack) -> None:
    """An expired JWT is good until API Gateway forgets that it was; for a minute, and not for more."""
    signer = attack.description.jwt
    claims = jwt.decode(sign_jwt(signer, attack.target.attacker_uid), options={"verify_signature": False})
    key = Path(signer.private_key_file).read_bytes()
    claims |= {"exp": int(time.time()) + 1}
    token = jwt.encode(claims, key, algorithm=signer.algorithm, headers={"kid": signer.kid})
    request = Request("DELETE", "/not-a-token", [("Authorization", f"Bearer {token}")])
    attack.keep_secret("an expired token", request)
    start = time.monotonic()
    waits = {
        "while it is valid": (0, "400"),
        "expired, in the cache": (LEEWAY_S + 4, "400"),
        "after that": (CACHED_S + 3, "403"),
    }
    for when, (at_s, documented) in waits.items():
        time.sleep(max(0, start + at_s - time.monotonic()))
        answer = send(attack.description.tokens_url, request)
        attack.row("expired token", when, documented, str(answer.status))


def _call(attack: Attack, what: str, *, sent_at_ms: int) -> Webhook:
    target = attack.target
    caller, callee = PEOPLE
    message = {
        "id": str(secrets.randbelow(10**6)),
        "conversationId": f"{target.attacker_uid}_user_{target.victim.uid}",
        "sender": target.attacker_uid,
        "receiverType": "user",
        "receiver": target.victim.uid,
        "type": "audio",
        "data": {
            "entities": {
                "by": {"entity": {"uid": target.attacker_uid, "name": caller}},
                "for": {"entity": {"uid": target.victim.uid, "name": callee}},
                "on": {"entity": {"sessionid": secrets.token_hex(20)}},
            }
        },
        "sentAt": sent_at_ms // 1000,
    }
    body = json.dumps({"trigger": "call_initiated", "data": {"call": message}}).encode()
    sent = webhooks.signed(body, attack.description.webhook)
    attack.keep_secret(f"a call {what}", Request("POST", "", list(sent.headers.items()), body))
    return sent


def _deliver(description: StackDescription, sent: Webhook) -> tuple[str, frozenset[str], int]:
    tracked = CallTracker(DeployedStack.on_this_machine(description)).wait(webhooks.post(description, sent))
    end = tracked.settled.fields["result"] if tracked.settled else f"status {tracked.answer.status}"
    return str(end), tracked.rung, len(tracked.pushes)


def _end(attack: Attack, delivered: tuple[str, frozenset[str], int]) -> str:
    end, rung, pushes = delivered
    strangers = rung - {device_hash(attack.target.victim.token)}
    return f"{end}, {pushes} push{'' if pushes == 1 else 'es'}" + (", to strangers" if strangers else "")


def _post(attack: Attack, *, signature: str = "", basic: str = "") -> str:
    """With a `right` or `wrong` one of each, or none; returns the status."""
    request = post(HARMLESS)
    if signature:
        value = signature_of(HARMLESS, attack.target) if signature == "right" else "0" * 64
        request = request.with_header(SIGNATURE, value)
    if basic:
        value = basic_of(attack.target) if basic == "right" else "Basic bm9ib2R5Om5vdGhpbmc="
        request = request.with_header("Authorization", value)
    return str(send(attack.description.webhook_url, request).status)


def _kinds(attack: Attack, group: str, ours: str, others: str) -> None:
    """`ours` is the kind that the secret configures."""
    for documented, presented in (
        ("200", {ours: "right"}),
        ("401", {ours: "wrong"}),
        ("401", {others: "right"}),
        ("200", {ours: "right", others: "right"}),
        ("200", {ours: "right", others: "wrong"}),
        ("401", {ours: "wrong", others: "right"}),
    ):
        name = ", ".join(f"{kind} {how}" for kind, how in presented.items())
        attack.row(group, name, documented, _post(attack, **presented))


@contextmanager
def _secret(attack: Attack, value: Mapping[str, str], switched: Callable[[], bool]) -> Iterator[None]:
    """The webhook's secret, current and previous version, while the context lasts."""
    webhook = attack.description.webhook
    original = {"hmac_secret": webhook.hmac_secret, "username": webhook.username, "password": webhook.password}
    _replace_both(attack.description, value)
    try:
        _until(attack, switched)
        yield
    finally:
        _replace_both(attack.description, original)
        _until(attack, lambda: _post(attack, signature="right") == _post(attack, basic="right") == "200")


def _replace_both(description: StackDescription, value: Mapping[str, str]) -> None:
    stack = DeployedStack.on_this_machine(description)
    for _ in ("current", "previous"):
        write_secret(stack, "WebhookSecretArn", value)


def _until(attack: Attack, switched: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + SWITCHED_WITHIN_S
    while not switched():
        assert time.monotonic() < give_up_at, "the webhook has not noticed that its secret was replaced"
        # It looks again when a credential is wrong, every 5 s at most.
        _post(attack, signature="wrong")
        _post(attack, basic="wrong")
        time.sleep(0.5)
