"""POST /webhooks/call."""

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from shared.call_events import CallRinging, from_json
from tests.programs.fuzz.engine import Wrong
from tests.programs.fuzz.functions import Functions
from tests.programs.fuzz.mutate import Mutator
from tests.support.cometchat.samples import (
    HMAC_SECRET,
    PASSWORD,
    USERNAME,
    basic,
    changed,
    sample,
    sample_names,
    signature,
)
from tests.support.cometchat.webhook_shapes import RINGING, SHAPES, paths
from tests.support.http_events import http_event

SIGNATURE_NAMES = ("x-cometchat-signature", "X-CometChat-Signature")
AUTHORIZATION_NAMES = ("authorization", "Authorization", "AUTHORIZATION")
DOCUMENTED = {200, 400, 401, 413}


@dataclass(frozen=True, slots=True)
class Posted:
    webhook: Any
    """The JSON that later inputs are made of."""
    body: bytes | str
    """Bytes are handed over in base64, text as it is."""
    headers: dict[str, str] = field(default_factory=dict)
    says_base64: bool | None = None
    """None: the truth."""
    results: frozenset[str] = frozenset()
    """Empty, or the only ones that it may have: its sender is right, and nothing that is needed was touched."""


class Webhook:
    name = "webhook"

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def seeds(self, mutator: Mutator) -> list[Posted]:
        posted = []
        session = "v1.us.2779.1744960000" + "0123456789" * 4
        call_ended = [
            changed(sample("custom_provider"), data__notificationDetails__callAction=action)
            for action in ("cancelled", "ongoing")
        ]
        signed = changed(sample("signed_call_initiated"), data__id=session, data__sessionId=session)
        for webhook in [*map(sample, sample_names()), *call_ended, signed]:
            mutator.learn(webhook)
            body = json.dumps(webhook).encode()
            posted.append(Posted(webhook, body, {SIGNATURE_NAMES[0]: signature(body)}))
        return posted

    def mutated(self, parent: Posted, mutator: Mutator) -> Posted:
        if mutator.chance(0.2):
            return _with_an_odd_field(mutator)
        webhook = mutator.changed(parent.webhook)
        body: bytes | str = mutator.encoded(webhook)
        if mutator.chance(0.01):
            body += b" " * 66_000
        if mutator.chance(0.3):
            body = body.decode(errors="surrogateescape" if mutator.chance(0.1) else "replace")
        posted = Posted(webhook, body, parent.headers)
        return replace(
            posted,
            headers=self._headers(posted, mutator),
            says_base64=mutator.one_of((True, False)) if mutator.chance(0.05) else None,
        )

    def _headers(self, posted: Posted, mutator: Mutator) -> dict[str, str]:
        right = signature(posted.body if isinstance(posted.body, bytes) else posted.body.encode(errors="surrogatepass"))
        kinds: list[Callable[[], dict[str, str]]] = [
            dict,
            lambda: posted.headers,
            lambda: {mutator.one_of(SIGNATURE_NAMES): right},
            lambda: {mutator.one_of(AUTHORIZATION_NAMES): basic()},
            lambda: {mutator.one_of(SIGNATURE_NAMES): mutator.text(right)},
            lambda: {mutator.one_of(AUTHORIZATION_NAMES): mutator.text(basic())},
            lambda: {mutator.one_of(AUTHORIZATION_NAMES): basic(mutator.text(USERNAME), mutator.text("x"))},
            lambda: {SIGNATURE_NAMES[0]: right, AUTHORIZATION_NAMES[0]: mutator.text(basic())},
            lambda: {SIGNATURE_NAMES[0]: mutator.text(right), AUTHORIZATION_NAMES[0]: basic()},
            lambda: {SIGNATURE_NAMES[0]: right, SIGNATURE_NAMES[1]: mutator.text(right)},
            lambda: {mutator.text(SIGNATURE_NAMES[0]): right, mutator.text("x-header"): mutator.text(right)},
        ]
        # Half of them right, so that what comes after the check is reached as well.
        weights = [1, 1, 8, 4, *[1] * (len(kinds) - 4)]
        try:
            return mutator.random.choices(kinds, weights)[0]()
        except UnicodeEncodeError:  # half a surrogate pair can be in no Basic credentials
            return {}

    def run(self, posted: Posted) -> str:
        self._functions.sqs.sent.clear()
        self._functions.call_ends.added.clear()
        event = http_event("POST /webhooks/call", posted.body, posted.headers, in_base64=isinstance(posted.body, bytes))
        if posted.says_base64 is not None:
            event["isBase64Encoded"] = posted.says_base64
        answer = self._functions.webhook.handler(event, None)
        counted, text = self._functions.metrics()
        status, queued, noted = answer["statusCode"], self._functions.sqs.sent, self._functions.call_ends.added
        if status not in DOCUMENTED:
            raise Wrong(f"status {status}")
        if (status == 200 or queued or noted) and not _is_let_in(event):
            raise Wrong("let in without a credential")
        said = json.loads(answer["body"])
        result = said.get("result")
        if (len(queued), len(noted)) != (int(result == "queued"), int(result == "noted")):
            raise Wrong(f"answered {said}, queued {len(queued)} and noted {len(noted)}")
        if posted.results and result not in posted.results:
            raise Wrong(f"an optional field decides: {status} {said}")
        if queued and not isinstance(from_json(queued[0]), CallRinging):
            raise Wrong("queued what is no call")
        if not counted:
            raise Wrong("not counted")
        if HMAC_SECRET in text or PASSWORD in text or basic().split()[1] in text:
            raise Wrong("a secret was logged")
        return f"{status} {result or ''}".strip()


def _with_an_odd_field(mutator: Mutator) -> Posted:
    """One optional field is changed: the call rings, or has ended, all the same."""
    name = mutator.one_of(tuple(SHAPES))
    webhook, needed = copy.deepcopy(SHAPES[name])
    *parents, last = mutator.one_of([path for path in paths(webhook) if path not in needed]).split(".")
    holder = webhook
    for parent in parents:
        holder = holder[parent]
    odd = mutator.changed({last: holder.pop(last)})
    if isinstance(odd, dict) and last in odd:
        holder[last] = odd[last]
    body = json.dumps(webhook, ensure_ascii=mutator.chance(0.5)).encode(errors="surrogatepass")
    results = {"queued"} if name in RINGING else {"noted", "too late"}
    return Posted(webhook, body, {SIGNATURE_NAMES[0]: signature(body)}, results=frozenset(results))


def _is_let_in(event: dict[str, Any]) -> bool:
    """Written without a look at the function: a right credential is there, and of what is there nothing is wrong."""
    headers: dict[str, list[str]] = {}
    for name, value in event["headers"].items():
        headers.setdefault(name.lower(), []).append(value)
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode(errors="surrogatepass")
    expected = hmac.new(HMAC_SECRET.encode(), body, hashlib.sha256).hexdigest()
    signatures, authorizations = headers.get("x-cometchat-signature", []), headers.get("authorization", [])
    return (
        bool(signatures or authorizations)
        and all(presented.removeprefix("sha256=").lower() == expected for presented in signatures)
        and all(_is_our_basic(presented) for presented in authorizations)
    )


def _is_our_basic(presented: str) -> bool:
    scheme, _, encoded = presented.partition(" ")
    try:
        return scheme.lower() == "basic" and base64.b64decode(encoded) == f"{USERNAME}:{PASSWORD}".encode()
    except ValueError:
        return False
