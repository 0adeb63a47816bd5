"""/voip-tokens behind its authorizer, as API Gateway puts them together."""

import json
import time
from dataclasses import dataclass, replace
from typing import Any

import jwt

from shared.uids import normalised_uid
from tests.programs.fuzz.engine import Wrong
from tests.programs.fuzz.functions import COMETCHAT_TOKENS, ISSUERS_KEY, Functions
from tests.programs.fuzz.mutate import Mutator
from tests.support.http_events import http_event
from tests.support.jwts import AUDIENCE, ISSUER, SigningKey, base64url, claims, unsigned

ROUTES = ("PUT /voip-tokens", "POST /voip-tokens", "DELETE /voip-tokens", "DELETE /voip-tokens/{token}")
DOCUMENTED = {200, 400, 403, 404, 429}
_STRANGERS_KEY = SigningKey(ISSUERS_KEY.key_id)
# Signing costs more than all else here: tokens are made now and then, and used in many inputs.
_NEW_TOKEN = 0.2


@dataclass(frozen=True, slots=True)
class Asked:
    route: str
    body: Any
    raw: bytes | None
    token: str
    """In the path."""
    authorization: str


class Tokens:
    name = "tokens"

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._genuine: dict[str, dict[str, Any]] = {}
        """Claims by what the issuer has signed."""

    def seeds(self, mutator: Mutator) -> list[Asked]:
        bodies: list[Any] = [
            {"token": "ab" * 32},
            {"token": "AB" * 32, "environment": "sandbox", "topic": "com.example.app.voip", "uid": "alice"},
            {"token": "cd" * 8, "environment": "production", "platform": "ios"},
        ]
        for body in bodies:
            mutator.learn(body)
        return [
            Asked(route, body, json.dumps(body).encode(), "ab" * 32, f"Bearer {self._signed(claims(sub=uid))}")
            for route in ROUTES
            for body in bodies
            for uid in ("alice", "bob")
        ]

    def mutated(self, parent: Asked, mutator: Mutator) -> Asked:
        body = mutator.changed(parent.body)
        asked = replace(
            parent,
            route=mutator.one_of(ROUTES) if mutator.chance(0.3) else parent.route,
            body=body,
            raw=None if mutator.chance(0.02) else mutator.encoded(body),
            token=mutator.text(parent.token) if mutator.chance(0.3) else parent.token,
        )
        if mutator.chance(0.2):
            return replace(asked, authorization=mutator.text(asked.authorization))
        return replace(asked, authorization=self._token(mutator)) if mutator.chance(_NEW_TOKEN) else asked

    def _token(self, mutator: Mutator) -> str:
        made = mutator.changed(claims())
        header = {"alg": ISSUERS_KEY.algorithm, "kid": ISSUERS_KEY.key_id, "typ": "JWT"}
        match mutator.random.randrange(8):
            case 0:
                token = self._signed(claims(sub=mutator.one_of(("alice", "bob", "carol"))))
            case 1:
                token = self._signed(claims(sub=mutator.text("alice")))
            case 2:
                token = self._signed(made)
            case 3:
                token = self._signed(claims(), mutator.changed(header))
            case 4:
                token = _sign(_STRANGERS_KEY, header, made)
            case 5:
                token = mutator.one_of(list(COMETCHAT_TOKENS))
            case 6:
                token = mutator.text(mutator.one_of(list(COMETCHAT_TOKENS)))
            case _:
                token = unsigned(mutator.changed({"alg": "none", "kid": ISSUERS_KEY.key_id}), made, b"signature")
        return f"{mutator.one_of(('Bearer', 'bearer', 'Basic'))} {token}"

    def _signed(self, made: Any, header: Any = None) -> str:
        """By the issuer, whatever it is."""
        header = header or {"alg": ISSUERS_KEY.algorithm, "kid": ISSUERS_KEY.key_id, "typ": "JWT"}
        token = _sign(ISSUERS_KEY, header, made)
        self._genuine[token.rpartition(".")[0]] = made
        return token

    def run(self, asked: Asked) -> str:
        if not asked.authorization:
            return "401 (API Gateway)"
        headers = {"authorization": asked.authorization}
        decision = self._functions.authorizer.handler(http_event(asked.route, None, headers), None)
        counted, text = self._functions.metrics()
        if not decision["isAuthorized"]:
            if counted != {"TokensRefused": 1}:
                raise Wrong(f"refused, and counted {counted}")
            return "403 (API Gateway)"
        uid = self._uid(asked.authorization)
        if uid is None or decision["context"] != {"uid": uid}:
            raise Wrong(f"let in as {decision['context']}, and is {uid}")
        status = self._ask(asked, uid)
        _, more = self._functions.metrics()
        if asked.authorization.partition(" ")[2] in text + more:
            raise Wrong("a bearer token was logged")
        return str(status)

    def _ask(self, asked: Asked, uid: str) -> int:
        devices = self._functions.registry.devices
        before = dict(devices)
        event = http_event(asked.route, asked.raw, in_base64=asked.raw is not None)
        event["requestContext"]["authorizer"] = {"lambda": {"uid": uid}}
        if "{token}" in asked.route:
            event["pathParameters"] = {"token": asked.token}
        status: int = self._functions.tokens.handler(event, None)["statusCode"]
        if status not in DOCUMENTED:
            raise Wrong(f"status {status}")
        changed = {token for token in before.keys() | devices.keys() if before.get(token) != devices.get(token)}
        if status != 200 and changed:
            raise Wrong(f"status {status}, and devices have changed")
        for token in changed:
            new, old = devices.get(token), before.get(token)
            if (new and new.uid != uid) or (new is None and old and old.uid != uid):
                raise Wrong("another's device has changed")
        if len(devices) > 1_000:
            devices.clear()
        return status

    def _uid(self, authorization: str) -> str | None:
        """Written without a look at the function: whose token it is, if the issuer has signed it for us and for now.

        Or if CometChat knows it.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and token in COMETCHAT_TOKENS:
            return COMETCHAT_TOKENS[token]
        made = self._genuine.get(token.rpartition(".")[0])
        if scheme.lower() != "bearer" or not isinstance(made, dict):
            return None
        audience = made.get("aud")
        now_s = time.time()
        ours = (
            made.get("iss") == ISSUER
            and (audience == AUDIENCE or (isinstance(audience, list) and AUDIENCE in audience))
            and float(made.get("exp", 0)) > now_s - 30
            and float(made.get("nbf", 0)) <= now_s + 30
        )
        subject = made.get("sub")
        # Whoever has numbers for users may have them as numbers in JWTs; CometChat has only text.
        return normalised_uid(str(subject) if type(subject) is int and subject >= 0 else subject) if ours else None


def _sign(key: SigningKey, header: Any, made: Any) -> str:
    signing_input = ".".join(base64url(json.dumps(part).encode()) for part in (header, made))
    signature = jwt.get_algorithm_by_name(key.algorithm).sign(signing_input.encode(), key.private)
    return f"{signing_input}.{base64url(signature)}"
